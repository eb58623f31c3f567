/* An image out of an engine: what it tells of it, and what it saves. libarchive asks for bytes and
 * the engine sends them: whenever there is nothing left to read, the loop turns. */
#include "common/guard.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/compare/compare.h"
#include "host/compare/layers.h"
#include "host/engine/inventory.h"
#include "host/exit_codes.h"
#include "host/interrupt.h"
#include "host/saved/archive.h"
#include "host/tree/archived.h"

#include <errno.h>

enum { TURN_MS = 200 };

struct feed {
	struct loop *loop;
	struct buf coming, taken; /* being filled, being read */
	struct engine_kept kept;
	bool unwanted;
	struct error error; /* of the loop */
};

static int on_bytes(void *ctx, const char *data, size_t len)
{
	struct feed *feed = ctx;
	if (feed->unwanted)
		return -1;
	buf_add(&feed->coming, data, len);
	return 0;
}

static void on_end(void *ctx, const struct engine_result *result)
{
	struct feed *feed = ctx;
	engine_keep(&feed->kept, result);
}

static int turn(struct feed *feed)
{
	if (interrupt_pending())
		return interrupt_error(interrupt_pending(), &feed->error);
	return loop_turn(feed->loop, TURN_MS, &feed->error);
}

static int fetch(void *ctx, struct error *err)
{
	struct feed *feed = ctx;
	(void)err;
	while (!feed->coming.len && !feed->kept.ended)
		if (turn(feed) < 0)
			return -1;
	return 0;
}

static ssize_t take_bytes(struct archive *archive, void *ctx, const void **data)
{
	struct feed *feed = ctx;
	buf_clear(&feed->taken);
	if (mem_guard(fetch, feed, &feed->error) < 0) {
		archive_set_error(archive, EINTR, "%s", feed->error.message);
		return -1;
	}
	struct buf filled = feed->coming;
	feed->coming = feed->taken;
	feed->taken = filled;
	*data = filled.data;
	return (ssize_t)filled.len;
}

static int refused(struct feed *feed, struct error *err)
{
	if (feed->kept.status == ENGINE_NOT_FOUND && !error_is_set(&feed->kept.error))
		return error_set(err, "the engine does not save it");
	return error_move(err, &feed->kept.error);
}

/* Nothing may come any more when this is over. What the engine says of a failure counts more than
 * what becomes of an archive that ends early; that it was cut off by us does not count. */
static int end_feed(struct engine *engine, struct feed *feed, int status, struct error *err)
{
	auto_error struct error ignored = {0};
	feed->unwanted = status < 0 && !feed->kept.ended;
	while (!feed->kept.ended && loop_turn(feed->loop, -1, &ignored) == 0)
		;
	if (!feed->kept.ended)
		engine_abandon(engine);
	if (error_is_set(&feed->error))
		status = error_move(err, &feed->error);
	else if (!feed->unwanted && feed->kept.status != ENGINE_OK)
		status = refused(feed, err);
	buf_free(&feed->coming);
	buf_free(&feed->taken);
	error_clear(&feed->error);
	engine_kept_free(&feed->kept);
	return status;
}

static int read_tree(struct engine *engine, struct loop *loop, const char *id,
		     struct compare_image *image, struct error *err)
{
	struct feed feed = {.loop = loop};
	auto_archive struct archive *archive = saved_archive();
	const char *refs[] = {id, NULL};
	engine_image_save(engine, refs, on_bytes, on_end, &feed);
	int status = -1;
	if (archive_read_open(archive, &feed, NULL, take_bytes, NULL) == ARCHIVE_OK)
		status = layers_read(archive, &image->arena, &image->tree, err);
	else
		error_set(err, "%s", archived_reason(archive));
	status = end_feed(engine, &feed, status, err);
	return status;
}

int compare_read(struct engine *engine, struct loop *loop, const char *ref,
		 struct compare_image *image, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	if (engine_needs_inventory(engine, err) < 0)
		return -1;
	engine_image_inspect(engine, ref, engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return -1;
	if (kept.status == ENGINE_NOT_FOUND) {
		error_set(err, "the engine has no image '%s'", ref);
		return error_class(err, EXIT_IMAGE, ERROR_IMAGE);
	}
	image->name = arena_strdup(&image->arena, ref);
	image->inspected = value_copy(&image->arena, kept.body);
	const char *id = value_text(value_get(kept.body, "Id"));
	if (read_tree(engine, loop, id ? id : ref, image, err) == 0)
		return 0;
	if (!err->exit_code)
		err->exit_code = EXIT_ENGINE;
	return error_wrap(err, "can't read the image %s", ref);
}
