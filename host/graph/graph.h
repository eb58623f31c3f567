/* The build as a directed graph: start -> files -> tasks in a chain -> tests, each on its own
 * branch -> commit. In a group the chain forks into branches, that a merge joins. It knows
 * manifests and keys, nothing of engines or containers. */
#ifndef FACTORY_HOST_GRAPH_GRAPH_H
#define FACTORY_HOST_GRAPH_GRAPH_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/own.h"
#include "host/manifest/manifest.h"

#include <stdbool.h>
#include <stddef.h>

enum node_kind {
	NODE_START,  /* a container of the base image */
	NODE_FILES,  /* templates rendered, files copied */
	NODE_TASK,   /* an install step */
	NODE_MERGE,  /* what a group's branches have changed, put together */
	NODE_TEST,   /* a script step, from a container of its own */
	NODE_COMMIT, /* the artifact */
};

/* One thing that a node depends on. */
struct input {
	const char *name; /* "command", "env PATH", "file src/app.py", "value app/name"... */
	char digest[HASH_HEX];
};

struct node {
	enum node_kind kind;
	const char *id;    /* "start", "install-1", "test-2"...: unique, fit for a file name */
	const char *label; /* for people: the step's name */
	const struct step *step; /* of a task or test, else NULL */
	const struct node *fork; /* of a group's tasks and merge: the node that it begins behind */
	struct node **after;     /* the nodes it waits for; a merge: the ends of its branches */
	size_t after_count;
	struct input *inputs; /* its own, without those of the nodes it waits for */
	size_t input_count, input_cap;
	char key[HASH_HEX]; /* "" until graph_keys */
};

struct graph {
	struct arena arena;
	const struct manifest *manifest; /* the caller's, must outlive the graph */
	/* In an order in which each comes after those it waits for; a group is in one piece, as its
	 * branches are, and its merge is its last node. */
	struct node **nodes;
	size_t count;
	size_t chain_end; /* index of the first node behind the chain: a test, or the commit */
	/* Of the image that the chain's end becomes, whether its tests passed or not: the commit's
	 * key where there are none. "" until graph_keys. */
	char image_key[HASH_HEX];
};

struct graph *graph_new(const struct manifest *manifest);
void graph_free(struct graph *graph);
OWNED_BY(struct graph, graph_free)
#define auto_graph __attribute__((cleanup(own_graph_free)))

const char *node_kind_name(enum node_kind kind); /* "start", "files"... */

/* Whether it is a task of a group's branch: no state of the chain is behind it. */
bool node_is_in_branch(const struct node *node);

/* Whether people mean it by that name: its id or its label. */
bool node_is_called(const struct node *node, const char *name);

/* The index of a node that is in the graph. */
size_t graph_index(const struct graph *graph, const struct node *node);

/* The merge of the group that begins with the node of this index; NULL: none begins there. */
const struct node *graph_group(const struct graph *graph, size_t first);

/* The first node of a merge's nth branch, whose last one is merge->after[n]. */
const struct node *graph_branch(const struct node *merge, size_t n);
/* Whether a node is in it. */
bool graph_branch_has(const struct graph *graph, const struct node *merge, size_t n, size_t index);

/* Computes every node's inputs and key: SHA-256 over the keys it comes after, its kind and its
 * inputs (for the start: the base image's digest, which covers its config): command, environment,
 * user, directory; the bytes and modes of the files it copies. Reads those files, but for what an
 * index (tree/file_index.h) knows; -1 where one can't be read. Nothing from outside the manifest
 * and its files (Consul) is in a key: build/resume.h checks that separately. */
int graph_keys(struct graph *graph, const char *base_digest, struct error *err);

/* {"nodes":[{"id","kind","label","line"}],"edges":[{"from","to"}]} */
struct value *graph_value(const struct graph *graph, struct arena *arena);

/* What the graph is of, for people: a cell of a matrix, or the manifest. */
const char *graph_title(const struct graph *graph);

/* The graphs of a manifest's cells, at least one: in Graphviz's language
 * (https://graphviz.org/doc/info/lang.html), where several are clusters; those values as JSON,
 * where several are a list; a picture (svg.h); a drawing of lines for a terminal. */
void graph_write_dot(struct graph *const *graphs, size_t count, struct buf *out);
void graph_write_json(struct graph *const *graphs, size_t count, struct buf *out);
void graph_write_svg(struct graph *const *graphs, size_t count, struct buf *out);
void graph_write_text(struct graph *const *graphs, size_t count, struct buf *out);

#endif
