/* One request to the engine, from its path to its result. */
#include "host/engine/docker/parts.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"

#include <string.h>

struct operation *operation_new(struct engine *engine, engine_done *done, void *ctx)
{
	struct docker *docker = (struct docker *)engine;
	struct operation *operation = mem_alloc(sizeof *operation);
	operation->docker = docker;
	operation->done = done;
	operation->ctx = ctx;
	operation->next = docker->running;
	docker->running = operation;
	return operation;
}

static void forget(struct operation *operation)
{
	struct operation **at = &operation->docker->running;
	while (*at != operation)
		at = &(*at)->next;
	*at = operation->next;
	http_cancel(operation->transfer);
	loop_cancel(operation->docker->engine.loop, operation->timer);
}

/* What it holds: the engine may be closed by now. */
static void operation_free(struct operation *operation)
{
	error_clear(&operation->failed);
	buf_free(&operation->line);
	arena_free(&operation->arena);
	free(operation->body);
	free(operation->id);
	free(operation);
}

void path_query(struct buf *path, const char *name, const char *value)
{
	if (!value)
		return;
	http_parameter(path);
	buf_printf(path, "%s=", name);
	http_escape(path, value, "");
}

static enum engine_status status_of(long code)
{
	if ((code >= 200 && code < 300) || code == 304)
		return ENGINE_OK;
	return code == 404 ? ENGINE_NOT_FOUND : code == 409 ? ENGINE_CONFLICT : ENGINE_FAILED;
}

static struct value *json_of(struct operation *operation, const struct http_response *response)
{
	auto_error struct error ignored = {0};
	const struct buf *body = &response->body;
	if (!body->len || !strchr("{[", body->data[0]))
		return NULL;
	return json_parse(&operation->arena, "the engine's answer", body->data, body->len,
			  &ignored);
}

static void complain(struct operation *operation, const struct http_response *response,
		     struct engine_result *result)
{
	const char *message = value_text(value_get(result->body, "message"));
	error_set(result->error, "%s: %s", operation->docker->endpoint.name,
		  message ? message : "no reason given");
	if (!message && response->status)
		error_set(result->error, "%s answered with status %ld",
			  operation->docker->endpoint.name, response->status);
	result->error->exit_code = EXIT_ENGINE;
}

void operation_interpret(struct operation *operation, const struct http_response *response,
			 struct engine_result *result)
{
	result->status = status_of(response->status);
	result->body = json_of(operation, response);
	result->id = value_text(value_get(result->body, "Id"));
	if (result->status != ENGINE_OK)
		complain(operation, response, result);
}

static void finish(struct operation *operation, struct engine_result *result)
{
	forget(operation); /* before its owner is told, who may close the engine */
	operation->done(operation->ctx, result);
	error_clear(result->error);
	operation_free(operation);
}

static void answered(void *ctx, struct http_response *response)
{
	struct operation *operation = ctx;
	struct error err = {0};
	struct engine_result result = {.status = ENGINE_FAILED, .error = &err};
	operation->transfer = NULL;
	if (!response->failed && operation->proceed && operation->proceed(operation, response))
		return;
	if (response->failed) {
		error_move(&err, &response->error);
		error_class(&err, EXIT_ENGINE, ERROR_ENGINE_UNREACHABLE);
	} else if (operation->interpret) {
		operation->interpret(operation, response, &result);
	} else {
		operation_interpret(operation, response, &result);
	}
	finish(operation, &result);
}

static void never_began(void *ctx)
{
	struct operation *operation = ctx;
	struct error err = {0};
	struct engine_result result = {.status = ENGINE_FAILED, .error = &err};
	operation->timer = 0;
	error_move(&err, &operation->failed);
	finish(operation, &result);
}

void operation_fail(struct operation *operation)
{
	if (!operation->failed.exit_code)
		operation->failed.exit_code = EXIT_ENGINE;
	operation->timer = loop_after(operation->docker->engine.loop, 0, never_began, operation);
}

void operation_start(struct operation *operation, struct http_request *request, struct buf *path)
{
	struct docker *docker = operation->docker;
	autofree char *whole = mem_printf("%s%s", docker->prefix, buf_text(path));
	request->path = whole;
	operation->transfer =
		http_start(docker->client, request, answered, operation, &operation->failed);
	if (!operation->transfer)
		operation_fail(operation);
	buf_free(path);
}

void operation_send(struct operation *operation, const char *method, struct buf *path,
		    const struct value *body)
{
	static const char *const headers[] = {"Content-Type: application/json", NULL};
	struct http_request request = {.method = method, .headers = body ? headers : NULL};
	if (body) {
		struct buf text = {0};
		json_write(&text, body);
		free(operation->body);
		request.body_len = text.len;
		request.body = operation->body = buf_steal(&text);
	}
	operation_start(operation, &request, path);
}

void docker_abandon(struct engine *engine)
{
	struct docker *docker = (struct docker *)engine;
	while (docker->running) {
		struct operation *operation = docker->running;
		forget(operation);
		operation_free(operation);
	}
}
