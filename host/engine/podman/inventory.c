/* What Podman holds, told as Docker tells it: images by their familiar names, containers with the
 * command that they run. */
#include "common/own.h"
#include "host/engine/familiar.h"
#include "host/engine/podman/bare.h"
#include "host/engine/podman/parts.h"

#include <string.h>

/* --- names --- */

void podman_familiarize(struct arena *arena, const struct value *image)
{
	static const char *const keys[] = {"RepoTags", "RepoDigests"};
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const struct value *names = value_get(image, keys[i]);
		for (size_t j = 0; value_is(names, VALUE_LIST) && j < names->list.len; j++) {
			const char *name = value_text(names->list.items[j]);
			if (name)
				names->list.items[j] = value_string(arena, familiar_name(name));
		}
	}
}

/* --- images --- */

enum { MOST_TRIES = 50 };

static void ask_for_images(struct operation *operation)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, operation->work ? "/images/json?all=1" : "/images/json");
	operation->wanted = ANSWER_JSON;
	operation_send(operation, "GET", &path, NULL);
}

/* One that goes while Podman lists them makes all of the listing fail. */
static bool has_lost_one(const char *said)
{
	static const char *const words[] = {"locating image", "locating item named",
					    "image not known", "retrieving label for image"};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strstr(said, words[i]))
			return true;
	return false;
}

static bool again(struct operation *operation, const struct http_response *response)
{
	if (podman_is_good(response) || ++operation->tries > MOST_TRIES ||
	    !has_lost_one(buf_text(&response->body)))
		return false;
	ask_for_images(operation);
	return true;
}

/* An id, as others are in the list. */
static void complete_parent(struct arena *arena, struct value *image)
{
	const char *parent = value_text(value_get(image, "ParentId"));
	if (parent && *parent && !strchr(parent, ':'))
		value_set(arena, image, "ParentId",
			  value_string(arena, arena_printf(arena, "sha256:%s", parent)));
}

static void interpret_images(struct operation *operation, const struct http_response *response,
			     struct engine_result *result)
{
	operation_interpret(operation, response, result);
	const struct value *list = result->body;
	for (size_t i = 0; value_is(list, VALUE_LIST) && i < list->list.len; i++) {
		podman_familiarize(&operation->arena, list->list.items[i]);
		complete_parent(&operation->arena, list->list.items[i]);
	}
}

static void list_images(struct engine *engine, bool all, engine_done *done, void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	operation->interpret = interpret_images;
	operation->proceed = again;
	operation->work = all ? operation : NULL;
	ask_for_images(operation);
}

void podman_image_list(struct engine *engine, engine_done *done, void *ctx)
{
	list_images(engine, false, done, ctx);
}

static void image_list_all(struct engine *engine, engine_done *done, void *ctx)
{
	list_images(engine, true, done, ctx);
}

/* --- containers --- */

/* In the list, their commands lack what is an entrypoint: each that has none is looked at. */
struct listing {
	struct value *list;
	size_t at;
};

static void set_command(struct arena *arena, struct value *container, const struct value *seen)
{
	const char *path = value_text(value_get(seen, "Path"));
	const struct value *words = value_get(seen, "Args");
	auto_buf struct buf line = {0};
	buf_puts(&line, path ? path : "");
	for (size_t i = 0; value_is(words, VALUE_LIST) && i < words->list.len; i++)
		buf_printf(&line, " %s",
			   value_text(words->list.items[i]) ? value_text(words->list.items[i])
							    : "");
	value_set(arena, container, "Command", value_string(arena, buf_text(&line)));
}

static bool lacks_command(const struct value *container)
{
	const char *command = value_text(value_get(container, "Command"));
	return value_text(value_get(container, "Id")) && (!command || !*command);
}

/* Whether there is one more to look at. */
static bool look_at_next(struct operation *operation)
{
	struct listing *listing = operation->work;
	const struct value *list = listing->list;
	while (listing->at < list->list.len && !lacks_command(list->list.items[listing->at]))
		listing->at++;
	if (listing->at == list->list.len)
		return false;
	struct buf path = {0};
	path_container(&path, value_text(value_get(list->list.items[listing->at], "Id")), "/json");
	operation_send(operation, "GET", &path, NULL);
	return true;
}

/* One that is gone meanwhile has no command. */
static bool looked(struct operation *operation, const struct http_response *response)
{
	struct listing *listing = operation->work;
	struct value *container = listing->list->list.items[listing->at++];
	if (podman_is_good(response))
		set_command(&operation->arena, container, podman_json(operation, response));
	return look_at_next(operation);
}

static bool listed(struct operation *operation, const struct http_response *response)
{
	struct listing *listing = operation->work;
	struct value *list = podman_json(operation, response);
	if (!podman_is_good(response) || !value_is(list, VALUE_LIST))
		return false;
	listing->list = list;
	operation->proceed = looked;
	return look_at_next(operation);
}

static void interpret_list(struct operation *operation, const struct http_response *response,
			   struct engine_result *result)
{
	const struct listing *listing = operation->work;
	if (!listing->list) {
		operation_interpret(operation, response, result);
		return;
	}
	result->status = ENGINE_OK;
	result->body = listing->list;
}

static void list_all(struct engine *engine, engine_done *done, void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	struct buf path = {0};
	operation->work = arena_alloc(&operation->arena, sizeof(struct listing));
	operation->interpret = interpret_list;
	operation->proceed = listed;
	buf_puts(&path, "/containers/json?all=1");
	operation_get(operation, &path);
}

void podman_list_named(struct engine *engine, const char *names, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, "/libpod");
	path_named(&path, names);
	operation_get(operation_new(engine, done, ctx), &path);
}

/* --- changes --- */

static void interpret_changes(struct operation *operation, const struct http_response *response,
			      struct engine_result *result)
{
	struct value *others = value_list(&operation->arena);
	operation_interpret(operation, response, result);
	const struct value *list = result->body;
	for (size_t i = 0; value_is(list, VALUE_LIST) && i < list->list.len; i++) {
		const char *path = value_text(value_get(list->list.items[i], "Path"));
		if (!path || !bare_is_podmans(path))
			value_append(&operation->arena, others, list->list.items[i]);
	}
	if (value_is(list, VALUE_LIST))
		result->body = others;
}

/* What a bare commit leaves out does not count. */
static void changes(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	struct buf path = {0};
	operation->interpret = interpret_changes;
	path_container(&path, id, "/changes");
	operation_send(operation, "GET", &path, NULL);
}

const struct engine_inventory podman_inventory = {
	.disk_usage = docker_disk_usage,
	.image_list_all = image_list_all,
	.list_all = list_all,
	.remove_idle = docker_remove_idle,
	.volume_list = docker_volume_list,
	.volume_remove = docker_volume_remove,
	.image_untag = docker_image_untag,
	.changes = changes,
	.image_save = docker_image_save,
	.image_load = docker_image_load,
	.resume = docker_resume,
};
