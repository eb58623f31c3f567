#include "host/engine/inventory.h"

#include "common/own.h"
#include "host/engine/parts.h"

static void get(struct engine *engine, const char *path, engine_done *done, void *ctx)
{
	struct buf copy = {0};
	buf_puts(&copy, path);
	operation_send(operation_new(engine, done, ctx), "GET", &copy, NULL);
}

void engine_disk_usage(struct engine *engine, engine_done *done, void *ctx)
{
	get(engine, "/system/df", done, ctx);
}

void engine_image_list_all(struct engine *engine, engine_done *done, void *ctx)
{
	get(engine, "/images/json?all=1", done, ctx);
}

void engine_list_all(struct engine *engine, engine_done *done, void *ctx)
{
	get(engine, "/containers/json?all=1", done, ctx);
}

void engine_volume_list(struct engine *engine, engine_done *done, void *ctx)
{
	get(engine, "/volumes", done, ctx);
}

static void interpret_removal(struct operation *operation, const struct http_response *response,
			      struct engine_result *result)
{
	operation_interpret(operation, response, result);
	if (result->status == ENGINE_NOT_FOUND)
		result->status = ENGINE_OK;
}

static void remove_named(struct operation *operation, const char *kind, const char *name,
			 const char *keep, const char *query)
{
	struct buf path = {0};
	operation->interpret = interpret_removal;
	buf_puts(&path, kind);
	http_escape(&path, name, keep);
	buf_puts(&path, query);
	operation_send(operation, "DELETE", &path, NULL);
}

void engine_remove_idle(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	remove_named(operation_new(engine, done, ctx), "/containers/", id, "", "?v=1");
}

void engine_volume_remove(struct engine *engine, const char *name, engine_done *done, void *ctx)
{
	remove_named(operation_new(engine, done, ctx), "/volumes/", name, "", "");
}

void engine_image_untag(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	remove_named(operation_new(engine, done, ctx), "/images/", ref, "/:@", "");
}

void engine_image_history(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	struct buf path = {0};
	buf_puts(&path, "/images/");
	http_escape(&path, ref, "/:@");
	buf_puts(&path, "/history");
	operation_send(operation_new(engine, done, ctx), "GET", &path, NULL);
}

void engine_image_save(struct engine *engine, const char *const *refs,
		       int (*write)(void *ctx, const char *data, size_t len), engine_done *done,
		       void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	struct http_request request = {.method = "GET", .write_body = write, .ctx = ctx};
	struct buf path = {0};
	buf_puts(&path, "/images/get");
	for (; *refs; refs++)
		path_query(&path, "names", *refs);
	operation_start(operation, &request, &path);
}
