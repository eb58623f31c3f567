/* Frames from an untrusted peer. The first byte says which end reads them: the driver's (an agent
 * in somebody's image may send anything), or the agent's reading of requests, nothing of which is
 * carried out. */
#include "agent/session/command.h"
#include "common/frame.h"
#include "host/session/session.h"

#include <stdlib.h>

struct engine_stream {
	const struct engine_stream_events *events;
	void *ctx;
	bool closed;
};

struct engine_stream *engine_attach(struct engine *engine, const char *id,
				    const struct engine_stream_events *events, void *events_ctx,
				    engine_done *done, void *ctx)
{
	(void)engine;
	(void)id;
	(void)done;
	struct engine_stream *stream = ctx;
	*stream = (struct engine_stream){events, events_ctx, false};
	return stream;
}

void engine_stream_write(struct engine_stream *stream, const void *data, size_t len)
{
	(void)data;
	if (stream->closed || !len)
		abort();
}

size_t engine_stream_pending(const struct engine_stream *stream)
{
	(void)stream;
	return 0;
}

void engine_stream_pause(struct engine_stream *stream, bool paused)
{
	(void)paused;
	if (stream->closed)
		abort();
}

void engine_stream_close(struct engine_stream *stream)
{
	stream->closed = true;
}

static void hello(void *ctx, const struct session_hello *said)
{
	(void)ctx;
	(void)said;
}

static void output(void *ctx, uint32_t id, int stream, const char *data, size_t len)
{
	(void)ctx;
	(void)id;
	(void)stream;
	if (len && !data)
		abort();
}

static void ended(void *ctx, uint32_t id, const struct session_exit *exit)
{
	(void)ctx;
	(void)id;
	(void)exit;
}

static void data_came(void *ctx, uint32_t id, const char *data, size_t len)
{
	output(ctx, id, 1, data, len);
}

static void result(void *ctx, uint32_t id, const struct value *value)
{
	(void)ctx;
	(void)id;
	if (!value)
		abort();
}

static void failed(void *ctx, uint32_t id, struct error *err)
{
	(void)ctx;
	(void)id;
	free(error_text(err));
}

static void want(void *ctx, uint32_t id, const struct value *wanted)
{
	session_value(*(struct session **)ctx, id, wanted, NULL);
}

static void closed(void *ctx, struct error *err)
{
	(void)ctx;
	if (err)
		free(error_text(err));
}

static const struct session_events events = {.hello = hello,
					     .output = output,
					     .ended = ended,
					     .data = data_came,
					     .result = result,
					     .failed = failed,
					     .want = want,
					     .closed = closed};

static void read_as_driver(const char *data, size_t size)
{
	auto_session struct session *session = NULL;
	struct engine_stream stream;
	session = session_new(&events, &session);
	session_attach(session, NULL, "", NULL, &stream);
	/* In two pieces, wherever the middle falls. */
	stream.events->output(stream.ctx, data, size / 2);
	if (!stream.closed)
		stream.events->output(stream.ctx, data + size / 2, size - size / 2);
}

static void read_as_agent(const char *data, size_t size)
{
	auto_joiner struct frame_joiner joiner = {0};
	auto_error struct error err = {0};
	auto_buf struct buf in = {0};
	struct frame part, whole;
	buf_add(&in, data, size);
	while (frame_parse(&in, &part, &err) > 0) {
		auto_arena struct arena arena = {0};
		struct command command;
		int got = frame_join(&joiner, &part, &whole, &err);
		const struct value *request = got > 0 ? frame_json(&whole, &arena, &err) : NULL;
		if (request && command_read(request, "/bin/sh", &arena, &command, &err) == 0)
			command_add_home(&command, "/", &arena);
		buf_consume(&in, FRAME_HEADER + part.length);
		if (got < 0)
			break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] == 'd')
		read_as_driver((const char *)data + 1, size - 1);
	else
		read_as_agent((const char *)data + 1, size - 1);
	return 0;
}
