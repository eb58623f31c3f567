/* The state that a guide may go back to, and the images that were made only for that. */
#ifndef FACTORY_HOST_WALK_BACK_H
#define FACTORY_HOST_WALK_BACK_H

#include "common/loop.h"
#include "common/value.h"
#include "host/container/container.h"
#include "host/engine/engine.h"

#include <stdbool.h>
#include <stddef.h>

struct back {
	char *image;               /* NULL: there is none yet */
	size_t at;                 /* the number of the node that is next there */
	bool is_ours;              /* nothing else finds the image: it goes with the walk */
	const struct value *reads; /* what it has read, as long as its container lives */
	char *trail;               /* of what led to it (trail.h) */
	char **left;               /* images that are not needed any more */
	size_t left_count;
};

/* Takes the place of the one before, whose image is removed at the end: from within a callback
 * nothing may block. */
void back_set(struct back *back, const char *image, size_t at, bool is_ours,
	      const struct container *container);

/* One more that is removed at the end. */
void back_leave(struct back *back, const char *image);

/* Removes the images, which blocks, turning the loop. */
void back_clear(struct back *back, struct loop *loop, struct engine *engine);

#endif
