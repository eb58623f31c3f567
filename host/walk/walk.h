/* The walk's driver: gives the graph's nodes to containers, in order. The chain runs in one
 * container; each test in one of its own, made from the chain's end. Nothing here waits: a walk
 * goes on while the loop turns, beside others. */
#ifndef FACTORY_HOST_WALK_WALK_H
#define FACTORY_HOST_WALK_WALK_H

#include "host/cache/checkpoint.h"
#include "host/cache/resume.h"
#include "host/container/container.h"
#include "host/site/slots.h"
#include "host/walk/guide.h"

struct walk_result {
	char *image;        /* what the chain's end was committed as; owned by the caller */
	uint64_t commit_us; /* how long that took */
	bool is_altered;    /* it is not what the graph says: nothing to be found by its key */
};

struct walk;

/* Begins to run the nodes from where `resume` says up to the commit, which makes an image that is
 * found by the graph's image_key. States on the way are kept as `checkpoint` decides. Each
 * container that works has a slot. `guide` may be NULL. The arguments must outlive the walk. */
struct walk *walk_start(const struct container_setup *setup, const struct graph *graph,
			const struct resume *resume, struct checkpoint *checkpoint,
			const struct guide *guide, struct slots *slots);

/* What the guide wants done with the node it was asked about. */
void walk_decide(struct walk *walk, enum walk_decision decision, const struct node *instead);
/* The guide has changed what the container holds. */
void walk_alter(struct walk *walk);
/* The image that WALK_KEEP made last stays when the walk is over. */
void walk_leave_kept(struct walk *walk);

/* Whether it has not begun, for it waits for its first slot. */
bool walk_is_pending(const struct walk *walk);

/* Starts what waits for a slot; to be called whenever one is free. */
void walk_go_on(struct walk *walk);

/* Ends it with a failure; err is taken. */
void walk_fail(struct walk *walk, struct error *err);
void walk_interrupt(struct walk *walk, const char *why, int exit_code);

/* Whether it has come to its end; to be asked after every turn of the loop. */
bool walk_is_over(const struct walk *walk);

/* Releases a walk that is over. -1 where any node failed or it was interrupted; all containers have
 * ended then. */
int walk_finish(struct walk *walk, struct walk_result *result, struct error *err);

#endif
