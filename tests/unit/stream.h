/* An engine's stream for tests of the driver's end of a session: it takes the place of the engine,
 * keeps what is written, and the test says what comes. */
#ifndef FACTORY_TESTS_UNIT_STREAM_H
#define FACTORY_TESTS_UNIT_STREAM_H

#include "tests/unit/check.h"

#include "common/buffer.h"
#include "common/frame.h"
#include "common/memory.h"
#include "host/session/session.h"

struct engine_stream {
	const struct engine_stream_events *events;
	void *ctx;
	struct buf written;
	bool closed;
};

/* The one stream of the running test. */
static struct engine_stream stream;

struct engine_stream *engine_attach(struct engine *engine, const char *id,
				    const struct engine_stream_events *events, void *events_ctx,
				    engine_done *done, void *ctx)
{
	(void)engine;
	struct engine_result result = {.status = ENGINE_OK, .id = id};
	buf_free(&stream.written);
	stream = (struct engine_stream){.events = events, .ctx = events_ctx};
	done(ctx, &result);
	return &stream;
}

void engine_stream_write(struct engine_stream *to, const void *data, size_t len)
{
	assert_false(to->closed);
	buf_add(&to->written, data, len);
}

size_t engine_stream_pending(const struct engine_stream *of)
{
	return of->written.len;
}

void engine_stream_pause(struct engine_stream *which, bool paused)
{
	assert_false(which->closed);
	(void)paused;
}

void engine_stream_close(struct engine_stream *which)
{
	assert_false(which->closed);
	which->closed = true;
}

#endif
