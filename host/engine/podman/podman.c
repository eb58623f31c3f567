#include "host/engine/podman/podman.h"

#include "common/json.h"
#include "host/engine/podman/parts.h"

#include <string.h>

enum { REMOVE_AGAIN_MS = 100 };

struct value *podman_json(struct operation *operation, const struct http_response *response)
{
	auto_error struct error ignored = {0};
	return json_parse(&operation->arena, "Podman's answer", buf_text(&response->body),
			  response->body.len, &ignored);
}

/* --- images --- */

/* Podman's own form of the answer has the health check, the one in Docker's form has not. */
static void interpret_image(struct operation *operation, const struct http_response *response,
			    struct engine_result *result)
{
	struct arena *arena = &operation->arena;
	operation_interpret(operation, response, result);
	struct value *config = value_get(result->body, "Config");
	struct value *check = value_get(result->body, "Healthcheck");
	if (result->status != ENGINE_OK || !config || !result->id)
		return;
	if (value_is(check, VALUE_MAP))
		value_set(arena, config, "Healthcheck", check);
	result->id = arena_printf(arena, "sha256:%s", result->id);
	value_set(arena, result->body, "Id", value_string(arena, result->id));
}

static void podman_image_inspect(struct engine *engine, const char *ref, engine_done *done,
				 void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	struct buf path = {0};
	operation->interpret = interpret_image;
	buf_puts(&path, "/libpod/images/");
	http_escape(&path, ref, "/:@");
	buf_puts(&path, "/json");
	operation_send(operation, "GET", &path, NULL);
}

/* --- removal --- */

static void remove_again(void *ctx)
{
	struct operation *operation = ctx;
	operation->timer = 0;
	docker_send_removal(operation, operation->work);
}

/* By force, and just after the last one let go of its stream, Podman may find that the container
 * changes its state under it: 500, once. */
static bool removal_failed(struct operation *operation, const struct http_response *response)
{
	operation->proceed = NULL;
	if (response->status != 500)
		return false;
	operation->timer = loop_after(operation->docker->engine.loop, REMOVE_AGAIN_MS, remove_again,
				      operation);
	return true;
}

static void podman_remove(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	operation->interpret = docker_interpret_removal;
	operation->proceed = removal_failed;
	operation->work = arena_strdup(&operation->arena, id);
	docker_send_removal(operation, id);
}

const struct engine_driver podman_driver = {
	.name = "podman",
	.create = podman_create,
	.commit = podman_commit,
	.remove = podman_remove,
	.image_inspect = podman_image_inspect,
	DOCKER_OPERATIONS,
};
