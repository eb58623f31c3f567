/* One engine pushes what the other pulls; the name that the image has there is taken away again on
 * both. The registry keeps what it was given. */
#include "host/moving/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/engine/inventory.h"

#include <string.h>

enum { STEP_COUNT = 6 };
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

/* Its last name goes with the image: one that is only an id keeps what it is called in the
 * registry. */
static bool is_nameless(const struct move *move)
{
	return strncmp(*move->names, "sha256:", 7) == 0;
}

static void name_here(struct move *move)
{
	const char *name = *move->names;
	const char *slash = strrchr(name, '/'), *colon = strrchr(slash ? slash : name, ':');
	autofree char *repo = mem_strndup(name, colon ? (size_t)(colon - name) : strlen(name));
	if (is_nameless(move)) {
		move->step = STEP_COUNT;
		engine_image_inspect(move->order.to, move->id, stepped, move);
		return;
	}
	if (move->names[1]) {
		move->names++;
		move->step--; /* again, for the next one */
	}
	engine_image_tag(move->order.to, move->id, repo, colon ? colon + 1 : "latest", stepped,
			 move);
}

static void unname(struct move *move)
{
	engine_image_untag(move->order.from, move->ref, stepped, move);
}

static void unname_pulled(struct move *move)
{
	engine_image_untag(move->order.to, move->ref, stepped, move);
}

static step *const steps[STEP_COUNT] = {name_there, push, pull, name_here, unname, unname_pulled};

static void stepped(void *ctx, const struct engine_result *result)
{
	struct move *move = ctx;
	if (result->status == ENGINE_OK && ++move->step < STEP_COUNT) {
		steps[move->step](move);
		return;
	}
	if (error_is_set(result->error))
		error_move(&move->failure, result->error);
	else if (result->status != ENGINE_OK)
		error_set(&move->failure, "it is not there any more");
	move_end(move);
}

void move_by_registry(struct move *move)
{
	const char *digits = strchr(move->id, ':');
	move->repo = move->order.registry;
	move->tag = digits ? digits + 1 : move->id;
	move->ref = arena_printf(&move->arena, "%s:%s", move->repo, move->tag);
	steps[0](move);
}
