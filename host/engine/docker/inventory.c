#include "common/own.h"
#include "host/engine/docker/parts.h"

static void get(struct engine *engine, const char *path, engine_done *done, void *ctx)
{
	auto_buf struct buf copy = {0};
	buf_puts(&copy, path);
	operation_send(operation_new(engine, done, ctx), "GET", &copy, NULL);
}

void docker_disk_usage(struct engine *engine, engine_done *done, void *ctx)
{
	get(engine, "/system/df", done, ctx);
}

static void image_list_all(struct engine *engine, engine_done *done, void *ctx)
{
	get(engine, "/images/json?all=1", done, ctx);
}

static void list_all(struct engine *engine, engine_done *done, void *ctx)
{
	get(engine, "/containers/json?all=1", done, ctx);
}

void docker_volume_list(struct engine *engine, engine_done *done, void *ctx)
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
	auto_buf struct buf path = {0};
	operation->interpret = interpret_removal;
	buf_puts(&path, kind);
	http_escape(&path, name, keep);
	buf_puts(&path, query);
	operation_send(operation, "DELETE", &path, NULL);
}

void docker_remove_idle(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	remove_named(operation_new(engine, done, ctx), "/containers/", id, "", "?v=1");
}

void docker_volume_remove(struct engine *engine, const char *name, engine_done *done, void *ctx)
{
	remove_named(operation_new(engine, done, ctx), "/volumes/", name, "", "");
}

void docker_image_untag(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	remove_named(operation_new(engine, done, ctx), "/images/", ref, "/:@", "");
}

void docker_image_save(struct engine *engine, const char *const *refs,
		       int (*write)(void *ctx, const char *data, size_t len), engine_done *done,
		       void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	struct http_request request = {.method = "GET", .write_body = write, .ctx = ctx};
	auto_buf struct buf path = {0};
	buf_puts(&path, "/images/get");
	for (; *refs; refs++)
		path_query(&path, "names", *refs);
	operation_start(operation, &request, &path);
}

_Static_assert((int)ENGINE_WAIT == (int)HTTP_WAIT, "callbacks are passed on as they are");

static long read_archive(void *ctx, char *into, size_t room)
{
	const struct operation *operation = ctx;
	return operation->read(operation->ctx, into, room);
}

void docker_image_load(struct engine *engine, engine_read *read, engine_done *done, void *ctx)
{
	static const char *const headers[] = {"Content-Type: application/x-tar", NULL};
	struct operation *operation = operation_new(engine, done, ctx);
	struct http_request request = {
		.method = "POST", .headers = headers, .read_body = read_archive};
	auto_buf struct buf path = {0};
	operation->read = read;
	buf_puts(&path, "/images/load?quiet=1");
	operation_stream(operation, &request, &path, NULL);
}

const struct engine_inventory docker_inventory = {
	.disk_usage = docker_disk_usage,
	.image_list_all = image_list_all,
	.list_all = list_all,
	.remove_idle = docker_remove_idle,
	.volume_list = docker_volume_list,
	.volume_remove = docker_volume_remove,
	.image_untag = docker_image_untag,
	.changes = docker_changes,
	.image_save = docker_image_save,
	.image_load = docker_image_load,
	.resume = docker_resume,
};
