#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/docker/parts.h"
#include "host/engine/registry_auth.h"
#include "host/exit_codes.h"

#include <string.h>

/* An import carries a file system: so many times as long as for what is short. */
enum { IMPORT_PATIENCE = 10 };

static void image_path(struct buf *path, const char *ref, const char *verb)
{
	buf_puts(path, "/images/");
	http_escape(path, ref, "/:@");
	buf_puts(path, verb);
}

void docker_image_inspect(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	image_path(&path, ref, "/json");
	operation_get(operation_new(engine, done, ctx), &path);
}

void docker_image_tag(struct engine *engine, const char *id, const char *repo, const char *tag,
		      engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	image_path(&path, id, "/tag");
	path_query(&path, "repo", repo);
	path_query(&path, "tag", tag);
	operation_send(operation_new(engine, done, ctx), "POST", &path, NULL);
}

void docker_image_list(struct engine *engine, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, "/images/json");
	operation_get(operation_new(engine, done, ctx), &path);
}

void docker_image_remove(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	image_path(&path, ref, "?force=1");
	operation_send(operation_new(engine, done, ctx), "DELETE", &path, NULL);
}

void docker_image_history(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	image_path(&path, ref, "/history");
	operation_send(operation_new(engine, done, ctx), "GET", &path, NULL);
}

/* --- answers that come as a stream of JSON lines: {"status"}, {"error"} --- */

static void report_status(struct operation *operation, const struct value *line)
{
	const char *status = value_text(value_get(line, "status"));
	const char *layer = value_text(value_get(line, "id"));
	if (!status)
		return;
	free(STEAL(operation->id));
	operation->id = mem_strdup(status);
	const struct value *detail = value_get(line, "progressDetail");
	struct engine_progress progress = {.layer = layer,
					   .status = status,
					   .done = value_size(value_get(detail, "current")),
					   .total = value_size(value_get(detail, "total"))};
	bool ticks = value_is(detail, VALUE_MAP) && detail->map.len;
	if (operation->told && (progress.total || !ticks))
		operation->told(operation->ctx, &progress);
}

/* "Loaded image: NAME" or "Loaded image ID: ID". */
static void take_loaded(struct operation *operation, const char *said)
{
	const char *name =
		said && strncmp(said, "Loaded image", 12) == 0 ? strstr(said, ": ") : NULL;
	if (!name)
		return;
	free(STEAL(operation->id));
	operation->id = mem_strndup(name + 2, strcspn(name + 2, "\r\n"));
}

static void take_line(struct operation *operation, const char *text, size_t len)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	const struct value *line = json_parse(&arena, "line", text, len, &ignored);
	const char *failed = value_text(value_path(line, "errorDetail.message"));
	if (!failed) /* some engines send only one of the two */
		failed = value_text(value_get(line, "error"));
	if (failed)
		error_set(&operation->failed, "%s: %s", operation->docker->endpoint.name, failed);
	else if (operation->read)
		take_loaded(operation, value_text(value_get(line, "stream")));
	else if (line)
		report_status(operation, line);
}

static int take_lines(void *ctx, const char *data, size_t len)
{
	struct operation *operation = ctx;
	struct buf *line = &operation->line;
	buf_add(line, data, len);
	for (const char *end; line->len && (end = memchr(line->data, '\n', line->len));) {
		size_t size = (size_t)(end - line->data);
		take_line(operation, line->data, size);
		buf_consume(line, size + 1);
	}
	return line->len > (1 << 20) ? -1 : 0;
}

static void interpret_lines(struct operation *operation, const struct http_response *response,
			    struct engine_result *result)
{
	operation_interpret(operation, response, result);
	if (operation->line.len)
		take_line(operation, operation->line.data, operation->line.len);
	if (result->status == ENGINE_OK && error_is_set(&operation->failed)) {
		result->status = ENGINE_FAILED;
		error_move(result->error, &operation->failed);
		result->error->exit_code = EXIT_ENGINE;
	}
	result->id = operation->id;
}

void operation_stream(struct operation *operation, struct http_request *request, struct buf *path,
		      engine_told *told)
{
	request->write_body = take_lines;
	request->ctx = operation;
	operation->told = told;
	operation->interpret = interpret_lines;
	operation_start(operation, request, path);
}

void operation_with_auth(struct operation *operation, const char *ref, struct buf *path,
			 engine_told *told)
{
	autofree char *auth = NULL;
	if (registry_auth(ref, &auth, &operation->failed) < 0) {
		buf_free(path);
		operation_fail(operation);
		return;
	}
	/* Without credentials it is an empty object, for a push must have the header. */
	autofree char *header = mem_printf("X-Registry-Auth: %s", auth ? auth : "e30=");
	const char *const headers[] = {header, NULL};
	struct http_request request = {.method = "POST", .headers = headers};
	operation_stream(operation, &request, path, told);
}

/* "repo:tag" or "repo@digest"; all tags would be pulled where none is named. */
static void add_reference(struct buf *path, const char *ref)
{
	const char *slash = strrchr(ref, '/');
	const char *colon = strchr(slash ? slash : ref, ':');
	if (strchr(ref, '@') || !colon) {
		path_query(path, "fromImage", ref);
		path_query(path, "tag", strchr(ref, '@') ? NULL : "latest");
		return;
	}
	autofree char *repo = mem_strndup(ref, (size_t)(colon - ref));
	path_query(path, "fromImage", repo);
	path_query(path, "tag", colon + 1);
}

void docker_image_pull(struct engine *engine, const char *ref, engine_told *told, engine_done *done,
		       void *ctx)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, "/images/create");
	add_reference(&path, ref);
	operation_with_auth(operation_new(engine, done, ctx), ref, &path, told);
}

void docker_image_import(struct engine *engine, const void *tar, size_t len, const char *repo,
			 const char *tag, const char *const *changes, engine_done *done, void *ctx)
{
	static const char *const headers[] = {"Content-Type: application/x-tar", NULL};
	struct operation *operation = operation_new(engine, done, ctx);
	auto_buf struct buf path = {0};
	struct http_request request = {
		.method = "POST", .headers = headers, .body = tar, .body_len = len};
	buf_puts(&path, "/images/create?fromSrc=-");
	path_query(&path, "repo", repo);
	path_query(&path, "tag", tag);
	for (; changes && *changes; changes++)
		path_query(&path, "changes", *changes);
	operation_bound(operation, IMPORT_PATIENCE * engine_patience(engine));
	operation_stream(operation, &request, &path, NULL);
}
