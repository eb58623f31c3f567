/* What a move's files share: its begin and its end (move.c), and the two ways between them. */
#ifndef FACTORY_HOST_MOVING_PARTS_H
#define FACTORY_HOST_MOVING_PARTS_H

#include "common/arena.h"
#include "host/moving/move.h"
#include "host/moving/pipe.h"

struct move {
	struct move_order order;
	move_done *done;
	void *ctx;
	struct arena arena;
	const char *id;           /* the image's, at its source */
	const char *const *names; /* what it is called at its target: NULL-terminated */
	uint64_t size, moved;     /* bytes; size 0: not known */
	uint64_t told;            /* of `moved`, to the report */
	struct error failure;     /* the first one */
	size_t named;             /* of the names, how many it has got */
	void (*then)(struct move *move);
	/* As a stream: */
	struct pipe pipe;
	bool reader_waits, writer_waits, saved, loaded;
	uint32_t timer; /* until those that wait go on */
	/* Through a registry: */
	size_t step;
	const char *repo, *tag, *ref; /* what it is called there */
};

void move_stream(struct move *move);
void move_by_registry(struct move *move);

/* Gives it its names at the target, whatever the engines made of them on the way. */
void move_name(struct move *move, void (*then)(struct move *move));
/* It is but an id there. */
bool move_is_nameless(const struct move *move);

/* Takes the failure over, unless there is one already; true where there is any. */
bool move_failed(struct move *move, const struct engine_result *result);

/* Tells how far it is. */
void move_tell(struct move *move, const char *name, uint64_t done, uint64_t total);

/* It is over, with move->failure or without. */
void move_end(struct move *move);

#endif
