#include "host/engine/turns.h"

#include "host/engine/driver.h"

static void take_out(struct engine_turns *turns, struct engine_turn *turn)
{
	struct engine_turn **at = &turns->first;
	while (*at != turn)
		at = &(*at)->next;
	*at = turn->next;
	if (turns->end == &turn->next)
		turns->end = at;
}

/* What is called may await and give back turns, these too. */
static void on_time(void *ctx)
{
	struct engine_turns *turns = &((struct engine *)ctx)->turns;
	turns->timer = 0;
	while (turns->first && turns->taken < ENGINE_TURNS) {
		struct engine_turn *turn = turns->first;
		take_out(turns, turn);
		turn->state = TURN_TAKEN;
		turns->taken++;
		turn->come(turn->ctx);
	}
}

static void look(struct engine *engine)
{
	struct engine_turns *turns = &engine->turns;
	if (turns->first && turns->taken < ENGINE_TURNS && !turns->timer)
		turns->timer = loop_after(engine->loop, 0, on_time, engine);
}

void engine_turn_await(struct engine *engine, struct engine_turn *turn, void (*come)(void *ctx),
		       void *ctx)
{
	struct engine_turns *turns = &engine->turns;
	*turn = (struct engine_turn){.come = come, .ctx = ctx, .state = TURN_AWAITED};
	if (!turns->first)
		turns->end = &turns->first;
	*turns->end = turn;
	turns->end = &turn->next;
	look(engine);
}

void engine_turn_give(struct engine *engine, struct engine_turn *turn)
{
	if (turn->state == TURN_AWAITED)
		take_out(&engine->turns, turn);
	else if (turn->state == TURN_TAKEN)
		engine->turns.taken--;
	turn->state = TURN_NONE;
	look(engine);
}
