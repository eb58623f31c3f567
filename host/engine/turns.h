/* The turns in which an engine starts containers. One that is asked for hundreds at once answers
 * none of them in time: what engine_patience bounds is one start, so only some are under way, and
 * the others wait without being asked for. A turn lasts from the container's creation until its
 * agent has said hello, or until it has failed. */
#ifndef FACTORY_HOST_ENGINE_TURNS_H
#define FACTORY_HOST_ENGINE_TURNS_H

#include "host/engine/engine.h"

/* So many at once, of one engine. On two processors 200 containers take as long with 4 as with all
 * at once (measured with Docker 20.10); with 16 each is there in a tenth of the patience, and more
 * processors or a slow connection are made use of too. */
enum { ENGINE_TURNS = 16 };

/* Of one container; its owner's, who zeroes it and gives it back before it is freed. */
struct engine_turn {
	struct engine_turn *next;
	void (*come)(void *ctx);
	void *ctx;
	enum { TURN_NONE, TURN_AWAITED, TURN_TAKEN } state;
};

/* Calls `come` once when it is this one's turn, which it is in the order of these calls: from
 * loop_turn, never from here. */
void engine_turn_await(struct engine *engine, struct engine_turn *turn, void (*come)(void *ctx),
		       void *ctx);

/* It is over, or not awaited any more; without one nothing happens. */
void engine_turn_give(struct engine *engine, struct engine_turn *turn);

#endif
