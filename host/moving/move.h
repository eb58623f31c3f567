/* Brings an image from one engine to another: through a registry that both reach, where one is
 * named, else as a stream through this process, that is held in memory by a megabyte at most. */
#ifndef FACTORY_HOST_MOVING_MOVE_H
#define FACTORY_HOST_MOVING_MOVE_H

#include "host/engine/engine.h"
#include "host/progress/report.h"

struct move;

struct move_order {
	struct loop *loop;
	struct engine *from, *to;
	const char *image;    /* a name, which it keeps, or an id; by its name in the cache then */
	const char *registry; /* "HOST:PORT/REPOSITORY", or NULL */
	struct report *report;
};

/* How it ended, once, from the loop: err NULL is well; the error may be moved away. */
typedef void move_done(void *ctx, struct error *err);

/* Begins. Everything but the two texts, which are copied, must live until it is done. */
struct move *move_start(const struct move_order *order, move_done *done, void *ctx);

/* Both engines must be closed, or the loop must not turn any more. */
void move_free(struct move *move);

/* Whether engines can do that, beside a registry. */
bool move_is_possible(const struct engine *from, const struct engine *to);

#endif
