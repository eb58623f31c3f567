/* One engine pushes what the other pulls; the name that the image has there is taken away again on
 * both. The registry keeps what it was given. */
#include "host/moving/parts.h"

#include "host/engine/inventory.h"

#include <string.h>

enum { STEP_COUNT = 5 };
typedef void step(struct move *move);

static void stepped(void *ctx, const struct engine_result *result);

static void told(void *ctx, const struct engine_progress *progress)
{
	struct move *move = ctx;
	move_tell(move, progress->layer, progress->done, progress->total);
}

static void name_there(struct move *move)
{
	engine_image_tag(move->order.from, move->id, move->repo, move->tag, stepped, move);
}

static void push(struct move *move)
{
	engine_image_push(move->order.from, move->repo, move->tag, told, stepped, move);
}

static void pull(struct move *move)
{
	engine_image_pull(move->order.to, move->ref, told, stepped, move);
}

static void unname(struct move *move)
{
	engine_image_untag(move->order.from, move->ref, stepped, move);
}

static void unname_pulled(struct move *move)
{
	engine_image_untag(move->order.to, move->ref, stepped, move);
}

static step *const steps[STEP_COUNT] = {name_there, push, pull, unname, unname_pulled};
/* The first step with that name at its source, and the one before which it gets its own names. */
enum { PUSH = 1, NAMING = 3 };

/* Its last name goes with the image: one that has no other keeps what it is called there. */
static void named(struct move *move)
{
	if (move_is_nameless(move))
		move_end(move);
	else
		steps[move->step](move);
}

/* Whatever came of it. */
static void cleared(void *ctx, const struct engine_result *result)
{
	(void)result;
	move_end(ctx);
}

/* Where neither push nor pull came to its end, the name is no more wanted at its source either. */
static void fail(struct move *move)
{
	bool is_named = move->step >= PUSH && move->step < NAMING;
	if (is_named && !move_is_nameless(move))
		engine_image_untag(move->order.from, move->ref, cleared, move);
	else
		move_end(move);
}

static void stepped(void *ctx, const struct engine_result *result)
{
	struct move *move = ctx;
	if (move_failed(move, result))
		fail(move);
	else if (++move->step == STEP_COUNT)
		move_end(move);
	else if (move->step == NAMING)
		move_name(move, named);
	else
		steps[move->step](move);
}

void move_by_registry(struct move *move)
{
	const char *digits = strchr(move->id, ':');
	move->repo = move->order.registry;
	move->tag = digits ? digits + 1 : move->id;
	move->ref = arena_printf(&move->arena, "%s:%s", move->repo, move->tag);
	steps[0](move);
}
