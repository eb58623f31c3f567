#include "common/json.h"
#include "common/own.h"
#include "host/engine/docker/parts.h"

#include <string.h>

enum { REMOVE_AGAIN_MS = 100 };

void path_container(struct buf *path, const char *id, const char *verb)
{
	buf_puts(path, "/containers/");
	http_escape(path, id, "");
	buf_puts(path, verb);
}

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
	if (text)
		value_set(arena, map, key, value_string(arena, text));
}

static void set_flag(struct arena *arena, struct value *map, const char *key)
{
	value_set(arena, map, key, value_bool(arena, true));
}

static struct value *text_list(struct arena *arena, const char *const *texts)
{
	struct value *list = value_list(arena);
	for (; *texts; texts++)
		value_append(arena, list, value_string(arena, *texts));
	return list;
}

static void set_list(struct arena *arena, struct value *map, const char *key,
		     const char *const *texts)
{
	if (texts)
		value_set(arena, map, key, text_list(arena, texts));
}

static void set_number(struct arena *arena, struct value *map, const char *key, uint64_t number)
{
	if (number)
		value_set(arena, map, key, value_int(arena, (int64_t)number));
}

static void set_limits(struct arena *arena, struct value *host,
		       const struct engine_container *container)
{
	set_number(arena, host, "Memory", container->memory);
	set_number(arena, host, "MemorySwap", container->memory);
	set_number(arena, host, "NanoCpus", container->nano_cpus);
	set_number(arena, host, "PidsLimit", container->pids);
	if (container->drop && container->drop->list.len)
		value_set(arena, host, "CapDrop", value_copy(arena, container->drop));
	if (container->no_new_privileges)
		set_list(arena, host, "SecurityOpt",
			 (const char *const[]){"no-new-privileges", NULL});
	if (!container->read_only)
		return;
	struct value *tmpfs = value_map(arena);
	set_text(arena, tmpfs, "/tmp", "");
	set_flag(arena, host, "ReadonlyRootfs");
	value_set(arena, host, "Tmpfs", tmpfs);
}

static void set_labels(struct arena *arena, struct value *spec, const char *const *labels)
{
	struct value *map = value_map(arena);
	for (; labels && labels[0]; labels += 2)
		set_text(arena, map, labels[0], labels[1]);
	if (map->map.len)
		value_set(arena, spec, "Labels", map);
}

static struct value *bind(struct arena *arena, const struct engine_volume *volume)
{
	return value_string(arena, arena_printf(arena, "%s:%s%s", volume->source, volume->target,
						volume->read_only ? ":ro" : ""));
}

/* Only this form makes a volume with labels. */
static struct value *mount(struct arena *arena, const struct engine_volume *volume)
{
	struct value *map = value_map(arena), *options = value_map(arena);
	set_text(arena, map, "Type", "volume");
	set_text(arena, map, "Source", volume->source);
	set_text(arena, map, "Target", volume->target);
	if (volume->read_only)
		set_flag(arena, map, "ReadOnly");
	set_labels(arena, options, volume->labels);
	value_set(arena, map, "VolumeOptions", options);
	return map;
}

static void set_volumes(struct arena *arena, struct value *host,
			const struct engine_container *container)
{
	struct value *binds = value_list(arena), *mounts = value_list(arena);
	for (size_t i = 0; i < container->volume_count; i++) {
		const struct engine_volume *volume = &container->volumes[i];
		if (volume->labels)
			value_append(arena, mounts, mount(arena, volume));
		else
			value_append(arena, binds, bind(arena, volume));
	}
	if (binds->list.len)
		value_set(arena, host, "Binds", binds);
	if (mounts->list.len)
		value_set(arena, host, "Mounts", mounts);
}

/* What is said in it is the session's: nobody reads a log of it, which may be long, and may have
 * secrets. */
static void set_session(struct arena *arena, struct value *host)
{
	struct value *log = value_map(arena);
	set_text(arena, log, "Type", "none");
	value_set(arena, host, "LogConfig", log);
	set_flag(arena, host, "AutoRemove");
}

static struct value *host_config(struct arena *arena, const struct engine_container *container)
{
	struct value *host = value_map(arena);
	if (container->volumes_from)
		set_list(arena, host, "VolumesFrom",
			 (const char *const[]){container->volumes_from, NULL});
	set_volumes(arena, host, container);
	set_text(arena, host, "NetworkMode", container->isolated ? "none" : container->network);
	set_list(arena, host, "ExtraHosts", container->hosts);
	if (container->session)
		set_session(arena, host);
	set_limits(arena, host, container);
	return host;
}

static void set_alias(struct arena *arena, struct value *spec,
		      const struct engine_container *container)
{
	struct value *settings = value_map(arena), *networks = value_map(arena);
	struct value *all = value_map(arena);
	set_list(arena, settings, "Aliases", (const char *const[]){container->alias, NULL});
	value_set(arena, networks, container->network, settings);
	value_set(arena, all, "EndpointsConfig", networks);
	value_set(arena, spec, "NetworkingConfig", all);
}

struct value *docker_container_spec(struct arena *arena, const struct engine_container *container)
{
	static const char *const session_flags[] = {"OpenStdin", "StdinOnce", "AttachStdin",
						    "AttachStdout", "AttachStderr"};
	struct value *spec = value_map(arena);
	set_text(arena, spec, "Image", container->image);
	set_text(arena, spec, "User", container->user);
	set_text(arena, spec, "WorkingDir", container->workdir);
	set_list(arena, spec, "Entrypoint", container->entrypoint);
	set_list(arena, spec, "Cmd", container->command);
	set_list(arena, spec, "Env", container->env);
	set_labels(arena, spec, container->labels);
	for (size_t i = 0; container->session && i < COUNT_OF(session_flags); i++)
		set_flag(arena, spec, session_flags[i]);
	if (container->isolated)
		set_flag(arena, spec, "NetworkDisabled");
	if (container->no_healthcheck) {
		struct value *check = value_map(arena);
		set_list(arena, check, "Test", (const char *const[]){"NONE", NULL});
		value_set(arena, spec, "Healthcheck", check);
	}
	if (container->alias)
		set_alias(arena, spec, container);
	value_set(arena, spec, "HostConfig", host_config(arena, container));
	return spec;
}

void docker_send_creation(struct operation *operation, const char *name, const struct value *spec)
{
	auto_buf struct buf path = {0};
	operation->once = true;
	operation->wanted = ANSWER_ID;
	buf_puts(&path, "/containers/create");
	path_query(&path, "name", name);
	operation_send(operation, "POST", &path, spec);
}

void docker_create(struct engine *engine, const struct engine_container *container,
		   engine_done *done, void *ctx)
{
	auto_arena struct arena arena = {0};
	docker_send_creation(operation_new(engine, done, ctx), container->name,
			     docker_container_spec(&arena, container));
}

/* Behind an answer that was lost it may have ended by now, where nobody has removed it yet: a
 * second start would run it again, and nobody would be attached. */
void docker_start(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	auto_buf struct buf path = {0};
	operation->once = true;
	path_container(&path, id, "/start");
	operation_send(operation, "POST", &path, NULL);
}

void docker_inspect(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	path_container(&path, id, "/json");
	operation_get(operation_new(engine, done, ctx), &path);
}

void docker_list(struct engine *engine, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, "/containers/json");
	operation_get(operation_new(engine, done, ctx), &path);
}

void path_named(struct buf *path, const char *names)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf filters = {0};
	struct value *map = value_map(&arena);
	set_list(&arena, map, "name", (const char *const[]){names, NULL});
	json_write(&filters, map);
	buf_puts(path, "/containers/json?all=1");
	path_query(path, "filters", buf_text(&filters));
}

void docker_list_named(struct engine *engine, const char *names, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	path_named(&path, names);
	operation_get(operation_new(engine, done, ctx), &path);
}

void docker_info(struct engine *engine, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, "/info");
	operation_get(operation_new(engine, done, ctx), &path);
}

void docker_send_commit(struct operation *operation, const struct engine_commit *commit)
{
	auto_buf struct buf path = {0};
	operation->slow = true;
	operation->once = true;
	operation->wanted = ANSWER_ID;
	buf_puts(&path, "/commit");
	path_query(&path, "container", commit->container);
	path_query(&path, "repo", commit->repo);
	path_query(&path, "tag", commit->tag);
	path_query(&path, "comment", commit->comment);
	path_query(&path, "author", commit->author);
	path_query(&path, "pause", "0");
	operation_send(operation, "POST", &path, commit->config);
}

void docker_commit(struct engine *engine, const struct engine_commit *commit, engine_done *done,
		   void *ctx)
{
	docker_send_commit(operation_new(engine, done, ctx), commit);
}

/* What is gone, or going, is what was asked for. */
static void interpret_removal(struct operation *operation, const struct http_response *response,
			      struct engine_result *result)
{
	operation_interpret(operation, response, result);
	bool going = result->status == ENGINE_CONFLICT &&
		     strstr(buf_text(&response->body), "in progress");
	if (result->status == ENGINE_NOT_FOUND || going)
		result->status = ENGINE_OK;
}

static void send_removal(void *ctx)
{
	struct operation *operation = ctx;
	auto_buf struct buf path = {0};
	operation->timer = 0;
	path_container(&path, operation->work, "?force=1&v=1");
	operation_send(operation, "DELETE", &path, NULL);
}

/* A container that ends just now, by itself, may change under the engine's hands: Docker finds that
 * what it wants to kill does not run any more, Podman answers 500. Then nobody removes it, for the
 * engine's own removal has seen this one under way. */
static bool removal_failed(struct operation *operation, const struct http_response *response)
{
	bool changed =
		response->status == 500 ||
		(response->status == 409 && strstr(buf_text(&response->body), "is not running"));
	operation->proceed = NULL;
	if (changed)
		operation->timer = loop_after(operation->docker->engine.loop, REMOVE_AGAIN_MS,
					      send_removal, operation);
	return changed;
}

void docker_remove(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	operation->interpret = interpret_removal;
	operation->proceed = removal_failed;
	operation->work = arena_strdup(&operation->arena, id);
	send_removal(operation);
}
