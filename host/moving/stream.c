/* A save of one engine that is a load of the other: the slower one sets the pace. */
#include "host/moving/parts.h"

#include "host/engine/inventory.h"

enum { PIPE_BYTES = 1 << 20 };

/* Not from within the callbacks that found the pipe full or empty. */
static void go_on(void *ctx)
{
	struct move *move = ctx;
	move->timer = 0;
	if (move->writer_waits && !move->saved) {
		move->writer_waits = false;
		engine_resume(move->order.from, move);
	}
	if (move->reader_waits && !move->loaded) {
		move->reader_waits = false;
		engine_resume(move->order.to, move);
	}
}

static void wake(struct move *move)
{
	if (!move->timer)
		move->timer = loop_after(move->order.loop, 0, go_on, move);
}

static int take(void *ctx, const char *data, size_t len)
{
	struct move *move = ctx;
	if (move->loaded) /* what follows the archive's end */
		return 0;
	if (!pipe_put(&move->pipe, data, len)) {
		move->writer_waits = true;
		return ENGINE_WAIT;
	}
	move->moved += len;
	move_tell(move, move->order.image, move->moved, move->size);
	if (move->reader_waits)
		wake(move);
	return 0;
}

static long give(void *ctx, char *into, size_t room)
{
	struct move *move = ctx;
	size_t len = pipe_take(&move->pipe, into, room);
	if (!len && move->saved)
		return error_is_set(&move->failure) ? -1 : 0;
	if (move->writer_waits && move->pipe.held <= PIPE_BYTES / 2)
		wake(move);
	if (len)
		return (long)len;
	move->reader_waits = true;
	return ENGINE_WAIT;
}

/* Where one end has failed, there is nothing to do any more for the other. */
static void settle(struct move *move, const struct engine_result *result, struct engine *other,
		   bool other_is_over)
{
	bool is_first = !error_is_set(&move->failure);
	if (move_failed(move, result) && is_first && !other_is_over)
		engine_stop(other, move, &move->failure);
	if (!move->saved || !move->loaded) {
		if (move->reader_waits || move->writer_waits)
			wake(move);
	} else if (error_is_set(&move->failure)) {
		move_end(move);
	} else {
		move_name(move, move_end);
	}
}

static void saved(void *ctx, const struct engine_result *result)
{
	struct move *move = ctx;
	move->saved = true;
	settle(move, result, move->order.to, move->loaded);
}

static void loaded(void *ctx, const struct engine_result *result)
{
	struct move *move = ctx;
	move->loaded = true;
	settle(move, result, move->order.from, move->saved);
}

void move_stream(struct move *move)
{
	move->pipe = pipe_new(PIPE_BYTES);
	engine_image_load(move->order.to, give, loaded, move);
	engine_image_save(move->order.from, move->names, take, saved, move);
}
