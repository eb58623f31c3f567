/* One request to the engine, from its path to its result. */
#include "host/engine/docker/parts.h"

#include "common/guard.h"
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

static void unbound(struct operation *operation)
{
	loop_cancel(operation->docker->engine.loop, operation->late);
	operation->late = 0;
}

static void forget(struct operation *operation)
{
	struct operation **at = &operation->docker->running;
	while (*at != operation)
		at = &(*at)->next;
	*at = operation->next;
	http_cancel(operation->transfer);
	loop_cancel(operation->docker->engine.loop, operation->timer);
	unbound(operation);
}

/* What it holds: the engine may be closed by now. */
static void operation_free(struct operation *operation)
{
	error_clear(&operation->failed);
	buf_free(&operation->line);
	arena_free(&operation->arena);
	if (operation->file)
		close(operation->file);
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

void operation_get(struct operation *operation, struct buf *path)
{
	operation->wanted = ANSWER_JSON;
	operation_send(operation, "GET", path, NULL);
}

static bool looks_like_json(const struct buf *body)
{
	return body->len && body->data[0] && strchr("{[", body->data[0]);
}

static struct value *json_of(struct operation *operation, const struct http_response *response)
{
	auto_error struct error ignored = {0};
	const struct buf *body = &response->body;
	if (!looks_like_json(body))
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

void operation_distrust(const struct operation *operation, const char *what,
			struct engine_result *result)
{
	error_set(result->error, "%s answered %s", operation->docker->endpoint.name, what);
	error_class(result->error, EXIT_ENGINE, ERROR_ENGINE_OTHER);
	result->status = ENGINE_FAILED;
}

/* "sha256:" may stand before it. */
static bool is_id(const char *id)
{
	const char *colon = id ? strchr(id, ':') : NULL;
	const char *digits = colon ? colon + 1 : id;
	return digits && *digits && strspn(digits, "0123456789abcdef") == strlen(digits);
}

void operation_interpret(struct operation *operation, const struct http_response *response,
			 struct engine_result *result)
{
	const struct buf *body = &response->body;
	result->status = status_of(response->status);
	result->body = json_of(operation, response);
	result->id = value_text(value_get(result->body, "Id"));
	if (result->status != ENGINE_OK)
		complain(operation, response, result);
	else if (!result->body && (operation->wanted || looks_like_json(body)))
		operation_distrust(operation, "what is no JSON", result);
	else if (operation->wanted == ANSWER_ID && !is_id(result->id))
		operation_distrust(operation, "without a word of what it made", result);
}

OWNED_BY(struct operation, operation_free)

static void finish(struct operation *operation, struct engine_result *result)
{
	__attribute__((cleanup(own_operation_free))) struct operation *ended = operation;
	forget(ended); /* before its owner is told, who may close the engine */
	engine_notice_full(result->error);
	ended->done(ended->ctx, result);
}

/* Whether its next request follows, which has wishes of its own. */
static bool goes_on(struct operation *operation, const struct http_response *response)
{
	bool slow = operation->slow;
	enum answer wanted = operation->wanted;
	if (!operation->proceed)
		return false;
	operation->slow = false;
	operation->once = false;
	operation->wanted = ANSWER_ANY;
	if (operation->proceed(operation, response))
		return true;
	operation->slow = slow;
	operation->wanted = wanted;
	return false;
}

struct answer_come {
	struct operation *operation;
	struct http_response *response;
	struct engine_result *result;
	bool goes_on;
};

static int take(void *ctx, struct error *err)
{
	struct answer_come *come = ctx;
	struct operation *operation = come->operation;
	struct http_response *response = come->response;
	come->goes_on = !response->failed && goes_on(operation, response);
	if (come->goes_on)
		return 0;
	if (response->failed) {
		error_move(err, &response->error);
		if (err->code != ERROR_MEMORY)
			error_class(err, EXIT_ENGINE, ERROR_ENGINE_UNREACHABLE);
	} else if (operation->interpret) {
		operation->interpret(operation, response, come->result);
	} else {
		operation_interpret(operation, response, come->result);
	}
	return 0;
}

/* Whoever waits for it is told, also when there is no memory for the answer. */
static void answered(void *ctx, struct http_response *response)
{
	struct operation *operation = ctx;
	auto_error struct error err = {0};
	struct engine_result result = {.status = ENGINE_FAILED, .error = &err};
	struct answer_come come = {operation, response, &result, false};
	operation->transfer = NULL;
	unbound(operation);
	if (mem_guard(take, &come, &err) < 0)
		result = (struct engine_result){.status = ENGINE_FAILED, .error = &err};
	if (!come.goes_on)
		finish(operation, &result);
}

/* It ends without an answer, with the error that it has. */
static void unanswered(void *ctx)
{
	struct operation *operation = ctx;
	auto_error struct error err = {0};
	struct engine_result result = {.status = ENGINE_FAILED, .error = &err};
	operation->timer = 0;
	error_move(&err, &operation->failed);
	finish(operation, &result);
}

static void gave_up(void *ctx)
{
	struct operation *operation = ctx;
	operation->late = 0;
	error_set(&operation->failed, "%s gives no answer: given up after %.0f s",
		  operation->docker->endpoint.name, (double)operation->bound_ms / 1000);
	error_class(&operation->failed, EXIT_ENGINE, ERROR_ENGINE_UNREACHABLE);
	http_cancel(STEAL(operation->transfer));
	unanswered(operation);
}

void operation_bound(struct operation *operation, uint64_t ms)
{
	if (operation->late)
		return;
	operation->bound_ms = ms;
	operation->late = loop_after(operation->docker->engine.loop, ms, gave_up, operation);
}

static void be_patient(struct operation *operation)
{
	operation_bound(operation, engine_patience(&operation->docker->engine));
}

void docker_hurry(struct engine *engine, const void *ctx)
{
	struct docker *docker = (struct docker *)engine;
	for (struct operation *at = docker->running; at; at = at->next)
		if (at->ctx == ctx)
			be_patient(at);
}

void operation_fail(struct operation *operation)
{
	unbound(operation);
	if (!operation->failed.exit_code)
		operation->failed.exit_code = EXIT_ENGINE;
	operation->timer = loop_after(operation->docker->engine.loop, 0, unanswered, operation);
}

void operation_start(struct operation *operation, struct http_request *request, struct buf *path)
{
	struct docker *docker = operation->docker;
	autofree char *whole = mem_printf("%s%s", docker->prefix, buf_text(path));
	request->path = whole;
	if (error_is_set(&docker->lost))
		error_copy(&operation->failed, &docker->lost);
	else
		operation->transfer = http_start(docker->client, request, answered, operation,
						 &operation->failed);
	if (!operation->transfer)
		operation_fail(operation);
	buf_free(path);
}

void operation_begun(void *ctx)
{
	struct operation *operation = ctx;
	be_patient(operation);
}

void operation_send(struct operation *operation, const char *method, struct buf *path,
		    const struct value *body)
{
	static const char *const headers[] = {"Content-Type: application/json", NULL};
	struct http_request request = {.method = method,
				       .headers = body ? headers : NULL,
				       .once = operation->once,
				       .begun = operation_begun,
				       .ctx = operation};
	if (body) {
		auto_buf struct buf text = {0};
		json_write(&text, body);
		free(operation->body);
		request.body_len = text.len;
		request.body = operation->body = buf_steal(&text);
	}
	unbound(operation);
	if (!operation->slow)
		be_patient(operation);
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
