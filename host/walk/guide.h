/* Whoever decides what a walk does at its nodes. It is asked before each node, the commit of the
 * chain's end (that tests are run on) too, and after one that failed; the walk waits, without
 * blocking, until walk_decide is called, be it from within. While it waits the container is ready:
 * asides (aside.h) may be begun in it. */
#ifndef FACTORY_HOST_WALK_GUIDE_H
#define FACTORY_HOST_WALK_GUIDE_H

#include "host/container/container.h"

struct walk;

enum walk_decision {
	WALK_RUN,  /* runs the node, or the one that is given instead: again, where it failed */
	WALK_SKIP, /* goes on behind it: not for the commit */
	WALK_KEEP, /* makes an image of the chain's state for WALK_BACK; `kept` follows */
	WALK_BACK, /* a new container, from the state kept last, or the base; in a test's branch,
		    * from what is tested */
};

struct guide {
	void (*before)(void *ctx, struct walk *walk, struct container *container,
		       const struct node *node);
	/* container: NULL where a test's services did not start; WALK_RUN starts them again. */
	void (*failed)(void *ctx, struct walk *walk, struct container *container,
		       const struct node *node, struct error *err);
	void (*kept)(void *ctx, const char *image);
	void (*over)(void *ctx); /* there are neither walk nor containers any more */
	void *ctx;
};

#endif
