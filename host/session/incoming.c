#include "host/session/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "common/version.h"
#include "host/exit_codes.h"

#include <string.h>

enum { DIAGNOSTICS_KEPT = 500 };

/* The end of the session, once. err: NULL for an orderly one. */
static void finish(struct session *session, struct error *err)
{
	if (session->over)
		return;
	session->over = true;
	if (session->stream)
		engine_stream_close(STEAL(session->stream));
	if (err && err->code != ERROR_ENGINE_UNREACHABLE) /* else more than the agent is gone */
		err->exit_code = EXIT_AGENT;
	session->events->closed(session->ctx, err);
}

/* The agent's last words on stderr say more than the end of a stream does. */
static void add_diagnostics(const struct session *session, struct error *err)
{
	size_t len = session->diagnostics.len;
	while (len && strchr(" \r\n", session->diagnostics.data[len - 1]))
		len--;
	if (!len)
		return;
	autofree char *before = error_take(err);
	err->message =
		mem_printf("%s; its last words: %.*s", before, (int)len, session->diagnostics.data);
}

static const char *text_or(const struct value *map, const char *key, const char *otherwise)
{
	const char *text = value_text(value_get(map, key));
	return text ? text : otherwise;
}

typedef int incoming(struct session *session, uint32_t id, const struct value *payload,
		     struct error *err);

static int take_hello(struct session *session, uint32_t id, const struct value *payload,
		      struct error *err)
{
	uint64_t protocol = value_size(value_get(payload, "protocol"));
	struct session_hello hello = {text_or(payload, "agent", "?"),
				      text_or(payload, "shell", NULL),
				      text_or(payload, "staging", "/tmp")};
	(void)id;
	if (protocol != PROTOCOL_VERSION) {
		error_set(err,
			  "the toolbox's agent %s speaks protocol %llu, this factory (%s) "
			  "speaks %d: run `factory toolbox create`",
			  hello.agent, (unsigned long long)protocol, FACTORY_VERSION,
			  PROTOCOL_VERSION);
		return error_class(err, EXIT_AGENT, ERROR_AGENT_PROTOCOL);
	}
	if (session->greeted)
		return error_set(err, "the agent sent a second HELLO");
	session->greeted = true;
	session->events->hello(session->ctx, &hello);
	return 0;
}

static bool flag_of(const struct value *payload, const char *key)
{
	const struct value *flag = value_get(payload, key);
	return value_is(flag, VALUE_BOOL) && flag->boolean;
}

static int take_exit(struct session *session, uint32_t id, const struct value *payload,
		     struct error *err)
{
	struct session_exit exit = {
		.signalled = value_get(payload, "signal"),
		.timed_out = flag_of(payload, "timed_out"),
		.wall_us = value_size(value_get(payload, "wall_us")),
		.user_us = value_size(value_get(payload, "user_us")),
		.system_us = value_size(value_get(payload, "system_us")),
		.max_rss_kb = value_size(value_get(payload, "max_rss_kb")),
		.leaves = flag_of(payload, "leaves"),
		.disk_full = flag_of(payload, "disk_full"),
	};
	const char *key = exit.signalled ? "signal" : "code";
	if (!value_is(value_get(payload, key), VALUE_INT))
		return error_set(err, "the agent sent an EXIT without a code");
	exit.code = (int)value_get(payload, key)->integer;
	session->events->ended(session->ctx, id, &exit);
	return 0;
}

static int take_want(struct session *session, uint32_t id, const struct value *payload,
		     struct error *err)
{
	(void)err;
	session->events->want(session->ctx, id, payload);
	return 0;
}

static int take_result(struct session *session, uint32_t id, const struct value *payload,
		       struct error *err)
{
	(void)err;
	session->events->result(session->ctx, id, payload);
	return 0;
}

static int take_error(struct session *session, uint32_t id, const struct value *payload,
		      struct error *err)
{
	auto_error struct error failed = {0};
	error_set_at(&failed, value_text(value_get(payload, "file")),
		     (unsigned)value_size(value_get(payload, "line")),
		     (unsigned)value_size(value_get(payload, "column")), "%s",
		     text_or(payload, "message", "failed"));
	failed.exit_code = (int)value_size(value_get(payload, "exit_code"));
	failed.code = (int)value_size(value_get(payload, "code"));
	if (!id) {
		error_move(err, &failed);
		return error_wrap(err, "the agent ended the session");
	}
	session->events->failed(session->ctx, id, &failed);
	return 0;
}

static incoming *const handlers[] = {
	[FRAME_HELLO] = take_hello,   [FRAME_EXIT] = take_exit,   [FRAME_WANT] = take_want,
	[FRAME_RESULT] = take_result, [FRAME_ERROR] = take_error,
};

static int take_control(struct session *session, const struct frame *frame, struct error *err)
{
	auto_arena struct arena arena = {0};
	if ((size_t)frame->type >= COUNT_OF(handlers) || !handlers[frame->type])
		return error_set(err, "the agent sent a %s frame", frame_type_name(frame->type));
	const struct value *payload = frame_json(frame, &arena, err);
	if (!payload)
		return error_wrap(err, "the agent sent nonsense");
	return handlers[frame->type](session, frame->id, payload, err);
}

static int take(struct session *session, const struct frame *frame, struct error *err)
{
	const struct session_events *events = session->events;
	if (!session->greeted && frame->type != FRAME_HELLO && frame->type != FRAME_ERROR)
		return error_set(err, "the agent began with a %s frame instead of HELLO",
				 frame_type_name(frame->type));
	switch (frame->type) {
	case FRAME_STDOUT:
	case FRAME_STDERR:
		events->output(session->ctx, frame->id, frame->type == FRAME_STDOUT ? 1 : 2,
			       frame->payload, frame->length);
		return 0;
	case FRAME_DATA:
		if (frame->length)
			events->data(session->ctx, frame->id, frame->payload, frame->length);
		return 0;
	default:
		return take_control(session, frame, err);
	}
}

/* The frames that are there; a callback may end the session in the middle of them. */
static int take_frames(struct session *session, size_t *taken, struct error *err)
{
	int got = 1;
	while (!session->over) {
		struct frame part, whole;
		struct buf rest = session->received;
		rest.data += *taken;
		rest.len -= *taken;
		got = frame_parse(&rest, &part, err);
		if (got < 0)
			return error_wrap(err, "what came is not from an agent");
		if (got == 0)
			return 0;
		*taken += FRAME_HEADER + part.length;
		got = frame_join(&session->joiner, &part, &whole, err);
		if (got > 0)
			got = take(session, &whole, err);
		if (got < 0)
			return -1;
	}
	return 0;
}

static void output(void *ctx, const char *data, size_t len)
{
	entered_session struct session *session = session_enter(ctx);
	auto_error struct error err = {0};
	size_t taken = 0;
	buf_add(&session->received, data, len);
	if (take_frames(session, &taken, &err) < 0) {
		add_diagnostics(session, &err);
		finish(session, &err);
	}
	buf_consume(&session->received, taken);
}

static void diagnostics(void *ctx, const char *data, size_t len)
{
	struct session *session = ctx;
	struct buf *kept = &session->diagnostics;
	buf_add(kept, data, len);
	if (kept->len > DIAGNOSTICS_KEPT)
		buf_consume(kept, kept->len - DIAGNOSTICS_KEPT);
}

static void drained(void *ctx)
{
	entered_session struct session *session = session_enter(ctx);
	if (session->events->drained && !session->over)
		session->events->drained(session->ctx);
}

static void stream_closed(void *ctx, struct error *reason)
{
	entered_session struct session *session = session_enter(ctx);
	auto_error struct error err = {0};
	if (session->leaving) {
		finish(session, NULL);
	} else {
		if (reason)
			error_move(&err, reason);
		else
			error_set(&err, "the stream ended");
		error_wrap(&err, "the agent in the container is gone");
		if (err.code != ERROR_ENGINE_UNREACHABLE)
			err.code = ERROR_AGENT_GONE;
		add_diagnostics(session, &err);
		finish(session, &err);
	}
}

const struct engine_stream_events session_stream_events = {
	.output = output,
	.diagnostics = diagnostics,
	.drained = drained,
	.closed = stream_closed,
};
