#include "host/engine/familiar.h"
#include "host/moving/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/cache/resume.h"
#include "host/engine/inventory.h"

#include <stdlib.h>
#include <string.h>

enum { TELL_BYTES = 1 << 20 }; /* between two lines of a report */

bool move_is_possible(const struct engine *from, const struct engine *to)
{
	return engine_carries_images(from) && engine_carries_images(to);
}

void move_tell(struct move *move, const char *name, uint64_t done, uint64_t total)
{
	struct progress_transfer transfer = {
		.what = "move", .name = name, .done = done < total ? done : total, .total = total};
	if (done && done < total && done < move->told + TELL_BYTES)
		return;
	move->told = done;
	report_transfer(move->order.report, &transfer);
}

void move_free(struct move *move)
{
	if (!move)
		return;
	loop_cancel(move->order.loop, move->timer);
	error_clear(&move->failure);
	pipe_free(&move->pipe);
	arena_free(&move->arena);
	free(move);
}

void move_end(struct move *move)
{
	const struct move_order *order = &move->order;
	move_done *done = move->done;
	void *ctx = move->ctx;
	struct error failure = {0};
	report_transfer(order->report, &(struct progress_transfer){.what = "move", .over = true});
	if (error_is_set(&move->failure)) {
		error_move(&failure, &move->failure);
		error_wrap(&failure, "can't move the image %s from %s to %s", order->image,
			   engine_endpoint(order->from), engine_endpoint(order->to));
	}
	move_free(move);
	done(ctx, error_is_set(&failure) ? &failure : NULL);
	error_clear(&failure);
}

bool move_failed(struct move *move, const struct engine_result *result)
{
	if (result->status == ENGINE_OK || error_is_set(&move->failure))
		return error_is_set(&move->failure);
	if (error_is_set(result->error))
		error_move(&move->failure, result->error);
	else
		error_set(&move->failure, "it is not there any more");
	return true;
}

/* --- names --- */

bool move_is_nameless(const struct move *move)
{
	return strncmp(*move->names, "sha256:", 7) == 0;
}

static void name_next(struct move *move);

/* An engine that gives it another id keeps the name that the archive has. */
static void named(void *ctx, const struct engine_result *result)
{
	struct move *move = ctx;
	if (result->status != ENGINE_NOT_FOUND && move_failed(move, result))
		move_end(move);
	else
		name_next(move);
}

static void name_next(struct move *move)
{
	const char *name = move_is_nameless(move) ? NULL : move->names[move->named++];
	if (!name) {
		move->then(move);
		return;
	}
	const char *slash = strrchr(name, '/'), *colon = strrchr(slash ? slash : name, ':');
	autofree char *repo = mem_strndup(name, colon ? (size_t)(colon - name) : strlen(name));
	engine_image_tag(move->order.to, move->id, repo, colon ? colon + 1 : "latest", named, move);
}

void move_name(struct move *move, void (*then)(struct move *move))
{
	move->then = then;
	name_next(move);
}

static const char *cache_name(const char *name)
{
	size_t len = strlen(CACHE_REPOSITORY);
	name = familiar_name(name);
	return strncmp(name, CACHE_REPOSITORY, len) == 0 && name[len] == ':' ? name : NULL;
}

/* One that is asked for by its id has names that matter to builds: there they are found again, and
 * cleaned away, as where they were made. */
static const char *const *choose_names(struct move *move, const struct value *image)
{
	const struct value *tags = value_get(image, "RepoTags");
	size_t count = 0, most = value_is(tags, VALUE_LIST) ? tags->list.len : 0;
	const char **names = arena_alloc(&move->arena, (most + 2) * sizeof *names);
	bool by_name = strncmp(move->order.image, "sha256:", 7) != 0;
	for (size_t i = 0; !by_name && i < most; i++) {
		const char *name = value_text(tags->list.items[i]);
		if (name && (name = cache_name(name)))
			names[count++] = arena_strdup(&move->arena, name);
	}
	if (!count)
		names[count++] = move->order.image;
	return names;
}

static void found(void *ctx, const struct engine_result *result)
{
	struct move *move = ctx;
	const char *id = value_text(value_get(result->body, "Id"));
	if (move_failed(move, result)) {
		move_end(move);
		return;
	}
	move->id = arena_strdup(&move->arena, id ? id : move->order.image);
	move->names = choose_names(move, result->body);
	move->size = value_size(value_get(result->body, "Size"));
	if (move->order.registry)
		move_by_registry(move);
	else
		move_stream(move);
}

struct move *move_start(const struct move_order *order, move_done *done, void *ctx)
{
	struct move *move = mem_alloc(sizeof *move);
	move->order = *order;
	move->order.image = arena_strdup(&move->arena, order->image);
	if (order->registry)
		move->order.registry = arena_strdup(&move->arena, order->registry);
	move->done = done;
	move->ctx = ctx;
	report_notice(order->report, "moving the image %s from %s to %s", order->image,
		      engine_endpoint(order->from), engine_endpoint(order->to));
	engine_image_inspect(order->from, order->image, found, move);
	return move;
}
