#include "common/own.h"
#include "host/clean/amounts.h"
#include "host/engine/oci/parts.h"

/* --- starting and ending --- */

static int start(struct reply *reply, const char *ref)
{
	char id[ID_HEX];
	int stdio[3] = {-1, -1, -1};
	if (!oci_container_find(reply->oci, ref, id))
		return reply_no_container(reply, ref);
	struct oci_stream *stream = stream_of(reply->oci, id);
	if (oci_container_runs(reply->oci, id))
		return 0;
	if (stream)
		stream_take(stream, stdio);
	return run_start(reply->oci, id, stdio, &reply->error);
}

void oci_start(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, start(reply, id));
}

static int discard(struct reply *reply, const char *ref)
{
	char id[ID_HEX];
	if (!oci_container_find(reply->oci, ref, id))
		return 0; /* gone is what was asked for */
	if (run_kill(reply->oci, id, &reply->error) < 0)
		return -1;
	autoclose int lock = store_lock(reply->oci, &reply->error);
	return lock < 0 ? -1 : oci_container_discard(reply->oci, id, &reply->error);
}

static int discard_idle(struct reply *reply, const char *ref)
{
	char id[ID_HEX];
	autoclose int lock = store_lock(reply->oci, &reply->error);
	if (lock < 0)
		return -1;
	if (!oci_container_find(reply->oci, ref, id))
		return 0;
	if (oci_container_runs(reply->oci, id))
		return reply_refuse(reply, ENGINE_CONFLICT, "the container %s runs", ref);
	return oci_container_discard(reply->oci, id, &reply->error);
}

void oci_remove_idle(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, discard_idle(reply, id));
}

void oci_remove(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, discard(reply, id));
}

/* --- looking --- */

static void add_state(const struct oci *oci, struct arena *arena, struct value *container,
		      const char *id)
{
	bool runs = oci_container_runs(oci, id);
	struct value *state = value_map(arena);
	autofree char *started = store_path(oci, "containers/%s/supervisor", id);
	const char *other = access(started, F_OK) == 0 ? "exited" : "created";
	store_text(arena, state, "Status", runs ? "running" : other);
	value_set(arena, state, "Running", value_bool(arena, runs));
	value_set(arena, container, "State", state);
}

static int inspect(struct reply *reply, const char *ref)
{
	struct arena *arena = &reply->arena;
	char id[ID_HEX];
	struct value *container = reply_container(reply, ref, id);
	if (!container)
		return -1;
	const char *name = value_text(value_get(container, "Name"));
	store_text(arena, container, "Name", arena_printf(arena, "/%s", name));
	add_state(reply->oci, arena, container, id);
	value_unset(container, "Base");
	reply->body = container;
	reply->id = value_text(value_get(container, "Id"));
	return 0;
}

void oci_inspect(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, inspect(reply, id));
}

/* As it is run: its entrypoint and command. */
static const char *command_line(struct arena *arena, const struct value *config)
{
	static const char *const keys[] = {"Entrypoint", "Cmd"};
	auto_buf struct buf line = {0};
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const struct value *words = value_get(config, keys[i]);
		for (size_t j = 0; value_is(words, VALUE_LIST) && j < words->list.len; j++)
			buf_printf(&line, "%s%s", line.len ? " " : "",
				   value_text(words->list.items[j]));
	}
	return arena_strdup(arena, buf_text(&line));
}

static void add_to_list(struct reply *reply, const char *id, bool all)
{
	struct arena *arena = &reply->arena;
	auto_error struct error ignored = {0};
	struct value *container = oci_container_read(reply->oci, arena, id, &ignored);
	struct value *item = value_map(arena), *names = value_list(arena);
	if (!container || (!all && !oci_container_runs(reply->oci, id)))
		return;
	add_state(reply->oci, arena, container, id);
	const char *name = value_text(value_get(container, "Name"));
	const char *created = value_text(value_get(container, "Created"));
	store_text(arena, item, "Id", id);
	value_append(arena, names, value_string(arena, arena_printf(arena, "/%s", name)));
	value_set(arena, item, "Names", names);
	store_text(arena, item, "Image", value_text(value_path(container, "Config.Image")));
	store_text(arena, item, "ImageID", value_text(value_get(container, "Image")));
	store_text(arena, item, "Command", command_line(arena, value_get(container, "Config")));
	value_set(arena, item, "Created", value_int(arena, amount_time(created)));
	value_set(arena, item, "Labels", value_path(container, "Config.Labels"));
	store_text(arena, item, "State", value_text(value_path(container, "State.Status")));
	value_append(arena, reply->body, item);
}

static void list(struct engine *engine, bool all, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	autofree char *directory = store_path(reply->oci, "containers");
	reply->body = value_list(&reply->arena);
	for (char **id = store_names(&reply->arena, directory); *id; id++)
		add_to_list(reply, *id, all);
}

void oci_list(struct engine *engine, engine_done *done, void *ctx)
{
	list(engine, false, done, ctx);
}

void oci_list_all(struct engine *engine, engine_done *done, void *ctx)
{
	list(engine, true, done, ctx);
}
