#include "host/session/session.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/session/parts.h"

#include <string.h>

struct session *session_new(const struct session_events *events, void *ctx)
{
	struct session *session = mem_alloc(sizeof *session);
	session->events = events;
	session->ctx = ctx;
	return session;
}

static void release(struct session *session)
{
	frame_joiner_free(&session->joiner);
	buf_free(&session->received);
	buf_free(&session->diagnostics);
	free(session);
}

struct session *session_enter(struct session *session)
{
	session->busy++;
	return session;
}

void session_leave(struct session *session)
{
	session->busy--;
	if (session->abandoned && !session->busy)
		release(session);
}

void session_free(struct session *session)
{
	if (!session)
		return;
	if (session->stream)
		engine_stream_close(STEAL(session->stream));
	session->over = true;
	session->abandoned = true;
	if (!session->busy)
		release(session);
}

void session_attach(struct session *session, struct engine *engine, const char *container,
		    engine_done *attached, void *ctx)
{
	session->stream =
		engine_attach(engine, container, &session_stream_events, session, attached, ctx);
}

size_t session_pending(const struct session *session)
{
	return session->stream ? engine_stream_pending(session->stream) : 0;
}

void session_pause(struct session *session, bool paused)
{
	if (session->stream)
		engine_stream_pause(session->stream, paused);
}

static void send_bytes(struct session *session, const struct buf *bytes)
{
	if (session->stream)
		engine_stream_write(session->stream, bytes->data, bytes->len);
}

static void send_json(struct session *session, enum frame_type type, uint32_t id,
		      const struct value *payload)
{
	auto_buf struct buf out = {0};
	frame_add_json(&out, type, id, payload);
	send_bytes(session, &out);
}

static uint32_t request(struct session *session, enum frame_type type, const struct value *payload)
{
	uint32_t id = ++session->last_id;
	send_json(session, type, id, payload);
	return id;
}

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
	if (text)
		value_set(arena, map, key, value_string(arena, text));
}

static struct value *text_list(struct arena *arena, const char *const *texts)
{
	struct value *list = value_list(arena);
	for (; *texts; texts++)
		value_append(arena, list, value_string(arena, *texts));
	return list;
}

/* An image may name a variable without a value; such a one is not in the environment. */
static struct value *env_map(struct arena *arena, const char *const *env)
{
	struct value *map = value_map(arena);
	for (; env && *env; env++) {
		size_t name = strcspn(*env, "=");
		if ((*env)[name])
			value_setn(arena, map, *env, name, value_string(arena, *env + name + 1));
	}
	return map;
}

static struct value *size_map(struct arena *arena, unsigned rows, unsigned cols)
{
	struct value *map = value_map(arena);
	value_set(arena, map, "rows", value_int(arena, rows));
	value_set(arena, map, "cols", value_int(arena, cols));
	return map;
}

uint32_t session_run(struct session *session, const struct session_run *run)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	if (run->interactive)
		value_set(&arena, map, "interactive", value_bool(&arena, true));
	else if (run->shell)
		set_text(&arena, map, "shell", run->shell);
	else
		value_set(&arena, map, "argv", text_list(&arena, run->argv));
	value_set(&arena, map, "env", env_map(&arena, run->env));
	set_text(&arena, map, "cwd", run->cwd);
	set_text(&arena, map, "user", run->user);
	if (run->timeout_ms)
		value_set(&arena, map, "timeout_ms", value_int(&arena, (int64_t)run->timeout_ms));
	if (run->input)
		value_set(&arena, map, "stdin", value_bool(&arena, true));
	if (run->rows)
		value_set(&arena, map, "tty", size_map(&arena, run->rows, run->cols));
	return request(session, FRAME_RUN, map);
}

/* Frame by frame, so that the content is not copied as a whole once more. */
static void send_content(struct session *session, uint32_t id, const char *data, size_t len,
			 bool last)
{
	auto_buf struct buf out = {0};
	while (len > FRAME_MAX) {
		frame_add_more(&out, FRAME_DATA, id, data, FRAME_MAX);
		send_bytes(session, &out);
		buf_clear(&out);
		data += FRAME_MAX;
		len -= FRAME_MAX;
	}
	if (last)
		frame_add(&out, FRAME_DATA, id, data, len);
	else
		frame_add_more(&out, FRAME_DATA, id, data, len);
	send_bytes(session, &out);
}

void session_put_more(struct session *session, uint32_t id, const void *data, size_t len, bool last)
{
	send_content(session, id, data, len, last);
}

uint32_t session_put(struct session *session, const struct session_put *put)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	set_text(&arena, map, "path", put->path);
	set_text(&arena, map, "kind", put->kind);
	set_text(&arena, map, "user", put->user);
	set_text(&arena, map, "target", put->target);
	if (strcmp(put->kind, "symlink") != 0)
		value_set(&arena, map, "mode", value_int(&arena, put->mode));
	value_set(&arena, map, "parents", value_bool(&arena, true));
	uint32_t id = request(session, FRAME_PUT, map);
	if (strcmp(put->kind, "file") == 0 && !put->more)
		send_content(session, id, put->data, put->len, true);
	return id;
}

static uint32_t request_path(struct session *session, enum frame_type type, const char *path)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	set_text(&arena, map, "path", path);
	return request(session, type, map);
}

uint32_t session_get(struct session *session, const char *path)
{
	return request_path(session, FRAME_GET, path);
}

uint32_t session_remove(struct session *session, const char *path)
{
	return request_path(session, FRAME_REMOVE, path);
}

uint32_t session_settle(struct session *session, int64_t epoch)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	value_set(&arena, map, "epoch", value_int(&arena, epoch));
	return request(session, FRAME_SETTLE, map);
}

uint32_t session_render(struct session *session, const struct value *asked)
{
	return request(session, FRAME_RENDER, asked);
}

uint32_t session_facts(struct session *session, const char *const *patterns)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	if (patterns)
		value_set(&arena, map, "patterns", text_list(&arena, patterns));
	return request(session, FRAME_FACTS, map);
}

void session_input(struct session *session, uint32_t id, const void *data, size_t len, bool more)
{
	auto_buf struct buf out = {0};
	if (more)
		frame_add_more(&out, FRAME_DATA, id, data, len);
	else
		frame_add(&out, FRAME_DATA, id, data, len);
	send_bytes(session, &out);
}

void session_resize(struct session *session, uint32_t id, unsigned rows, unsigned cols)
{
	auto_arena struct arena arena = {0};
	send_json(session, FRAME_RESIZE, id, size_map(&arena, rows, cols));
}

void session_signal(struct session *session, uint32_t id, int signal)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	value_set(&arena, map, "signal", value_int(&arena, signal));
	send_json(session, FRAME_SIGNAL, id, map);
}

void session_value(struct session *session, uint32_t id, const struct value *found,
		   const char *error)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	if (error)
		set_text(&arena, map, "error", error);
	else if (found)
		value_set(&arena, map, "value", (struct value *)found);
	else
		value_set(&arena, map, "missing", value_bool(&arena, true));
	send_json(session, FRAME_VALUE, id, map);
}

void session_bye(struct session *session)
{
	auto_arena struct arena arena = {0};
	session->leaving = true;
	send_json(session, FRAME_BYE, 0, value_map(&arena));
}
