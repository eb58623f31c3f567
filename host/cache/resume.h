/* Where a build can begin: at the last state in its graph that an earlier build has left in the
 * engine. Such a state is found by a local tag that is its node's key, with one inspect by name.
 * What its templates read from outside stands in the image's comment, so that the artifact's config
 * stays the base's; it is asked for again before the state is trusted. */
#ifndef FACTORY_HOST_CACHE_RESUME_H
#define FACTORY_HOST_CACHE_RESUME_H

#include "host/cache/uses.h"
#include "host/container/values.h"
#include "host/engine/engine.h"
#include "host/graph/graph.h"

#define CACHE_REPOSITORY "factory-cache"

/* A zeroed one is none. */
struct resume {
	/* Index of the first node that must be run: 0 or 1 begins at the base image, the graph's
	 * chain_end with its tests, its count with nothing. */
	size_t at;
	char *image;               /* what the container is made from; NULL: the base */
	const struct value *names; /* that the engine has for the image: a list, or NULL */
	/* Where a group begins at `at`: of each of its branches the image of its end, or NULL. */
	const char **ends;
	bool provisioned; /* the image is what the chain's end becomes: no container is needed */
	const struct value *reads; /* what templates have read up to there: a list, or NULL */
	/* Those that are other now, of the best state that was refused for it: a list, or NULL. */
	const struct value *changed;
	struct arena arena;
};

/* Finds it, in place of what `resume` held, and keeps it from being cleaned away where uses is not
 * NULL; neither the node `limit` nor one behind it may come from an earlier build.
 * `whole`: only a state with nothing left to be run counts. Blocks. -1 where the engine fails, or
 * it can't be told whether a value has changed. */
int resume_find(struct engine *engine, struct values *values, struct uses *uses,
		const struct graph *graph, size_t limit, bool whole, struct resume *resume,
		struct error *err);
void resume_free(struct resume *resume);

/* Whether the image was found to have that name, written just so. */
bool resume_has_name(const struct resume *resume, const char *repo, const char *tag);

/* Whether a node need not be run. */
bool resume_has(const struct resume *resume, const struct graph *graph, size_t index);

/* By what the end of a branch is found. It began at one image, and is of no use with another of the
 * same key: what they have in common is what a merge finds unchanged. `fork` is that image's id;
 * NULL: the base. */
void resume_branch_key(const struct graph *graph, const struct node *end, const char *fork,
		       char key[HASH_HEX]);

/* The comment for an image whose rendering read `reads` (NULL: nothing), and the trail (trail.h) of
 * its steps. The caller frees it. */
char *resume_comment(const struct value *reads, const char *trail);

/* The trail in such a comment, as a list; NULL where it has none. */
struct value *resume_steps(struct arena *arena, const char *comment);

/* The image of a key, and what it read, whether or not that has changed since: in the arena, NULL
 * where there is none. */
int resume_reads(struct engine *engine, const char *key, struct arena *arena, const char **image,
		 const struct value **reads, struct error *err);

/* The image that was made under the graph's image_key has passed all tests: keeps it under the key
 * of the last node, too. */
int resume_store(struct engine *engine, const struct graph *graph, const char *image,
		 struct error *err);

#endif
