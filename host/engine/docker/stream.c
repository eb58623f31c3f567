/* An attached stream once it has been asked for: bytes out, multiplexed bytes in. libcurl's
 * connection carries them, by socket, TCP or TLS. */
#include "host/engine/docker/stream.h"

#include "host/exit_codes.h"

#include <string.h>

enum { READS_A_TURN = 16 };

static void on_ready(void *ctx, unsigned events);

static void release(struct docker_stream *stream)
{
	struct loop *loop = stream->docker->engine.loop;
	struct docker_stream **at = &stream->docker->streams;
	while (*at != stream)
		at = &(*at)->next;
	*at = stream->next;
	if (stream->fd >= 0)
		loop_unwatch(loop, stream->fd);
	loop_cancel(loop, stream->again);
	loop_cancel(loop, stream->late);
	loop_abandon(loop, stream->easy);
	curl_easy_cleanup(stream->easy);
	buf_free(&stream->sending);
	buf_free(&stream->out);
	buf_free(&stream->answer);
	free(stream);
}

void docker_stream_close(struct engine_stream *base)
{
	struct docker_stream *stream = (struct docker_stream *)base;
	stream->dead = true;
	if (!stream->busy)
		release(stream);
}

void stream_enter(struct docker_stream *stream)
{
	stream->busy++;
}

bool stream_leave(struct docker_stream *stream)
{
	stream->busy--;
	if (!stream->dead)
		return true;
	if (!stream->busy)
		release(stream);
	return false;
}

static bool is_over(const struct docker_stream *stream)
{
	return stream->dead || stream->ended;
}

void stream_watch(struct docker_stream *stream)
{
	unsigned events = stream->paused ? 0 : LOOP_READ;
	if (stream->sending.len || (stream->upgraded && stream->out.len))
		events |= LOOP_WRITE;
	if (stream->fd >= 0)
		loop_watch(stream->docker->engine.loop, stream->fd, stream->ended ? 0 : events,
			   on_ready, stream);
}

void stream_end(struct docker_stream *stream, struct error *err)
{
	if (!is_over(stream)) {
		stream->ended = true;
		if (err && !err->exit_code)
			err->exit_code = EXIT_ENGINE;
		if (stream->done)
			attach_settle(stream, err);
		else
			stream->events->closed(stream->events_ctx, err);
	}
	if (err)
		error_clear(err);
}

static void broke(struct docker_stream *stream, const char *how)
{
	struct error err = {0};
	error_set(&err, "%s: the attached stream broke: %s", stream->docker->endpoint.name, how);
	stream_end(stream, &err);
}

/* --- writing --- */

/* False: not all of it could be written now. */
static bool send_all(struct docker_stream *stream)
{
	while (stream->sent < stream->sending.len) {
		size_t sent = 0;
		CURLcode code = curl_easy_send(stream->easy, stream->sending.data + stream->sent,
					       stream->sending.len - stream->sent, &sent);
		if (code == CURLE_AGAIN || (code == CURLE_OK && !sent))
			return false;
		if (code != CURLE_OK) {
			broke(stream, curl_easy_strerror(code));
			return false;
		}
		stream->sent += sent;
	}
	buf_clear(&stream->sending);
	stream->sent = 0;
	return true;
}

static void flush(struct docker_stream *stream)
{
	bool wrote = stream->sending.len > 0;
	if (!send_all(stream))
		return;
	if (!stream->requested) {
		stream->requested = true;
		return;
	}
	if (stream->upgraded && stream->out.len) {
		struct buf empty = stream->sending;
		stream->sending = stream->out;
		stream->out = empty;
		wrote = true;
		if (!send_all(stream))
			return;
	}
	if (wrote && stream->events->drained)
		stream->events->drained(stream->events_ctx);
}

void docker_stream_write(struct engine_stream *base, const void *data, size_t len)
{
	struct docker_stream *stream = (struct docker_stream *)base;
	buf_add(&stream->out, data, len);
	if (!stream->busy)
		stream_watch(stream);
}

size_t docker_stream_pending(const struct engine_stream *base)
{
	const struct docker_stream *stream = (const struct docker_stream *)base;
	return stream->out.len + (stream->requested ? stream->sending.len - stream->sent : 0);
}

/* --- reading --- */

void stream_deliver(struct docker_stream *stream, const char *data, size_t len)
{
	while (len && !is_over(stream)) {
		struct error err = {0};
		int which = 0;
		const char *payload;
		size_t payload_len;
		long taken = demultiplex(&stream->demultiplexer, data, len, &which, &payload,
					 &payload_len, &err);
		if (taken < 0) {
			stream_end(stream, &err);
			return;
		}
		if (payload_len && which == 2)
			stream->events->diagnostics(stream->events_ctx, payload, payload_len);
		else if (payload_len)
			stream->events->output(stream->events_ctx, payload, payload_len);
		data += taken;
		len -= (size_t)taken;
	}
}

static void hung_up(struct docker_stream *stream)
{
	if (!stream->upgraded)
		attach_refused(stream);
	else if (stream->demultiplexer.have)
		broke(stream, "it ends inside a frame");
	else
		stream_end(stream, NULL);
}

/* False: there is nothing more, for now or for good. */
static bool receive(struct docker_stream *stream)
{
	size_t got = 0;
	CURLcode code = curl_easy_recv(stream->easy, stream->chunk, sizeof stream->chunk, &got);
	if (code == CURLE_AGAIN)
		return false;
	if (code != CURLE_OK)
		broke(stream, curl_easy_strerror(code));
	else if (!got)
		hung_up(stream);
	else if (stream->upgraded)
		stream_deliver(stream, stream->chunk, got);
	else
		attach_answered(stream, stream->chunk, got);
	return !is_over(stream) && !stream->paused;
}

static void read_again(void *ctx)
{
	struct docker_stream *stream = ctx;
	stream->again = 0;
	on_ready(stream, LOOP_READ);
}

static void schedule(struct docker_stream *stream)
{
	if (!stream->again)
		stream->again = loop_after(stream->docker->engine.loop, 0, read_again, stream);
}

/* A container that never stops talking does not keep the others waiting. */
static void read_some(struct docker_stream *stream)
{
	for (int i = 0; i < READS_A_TURN; i++)
		if (!receive(stream))
			return;
	schedule(stream);
}

static void on_ready(void *ctx, unsigned events)
{
	struct docker_stream *stream = ctx;
	stream_enter(stream);
	if (events & LOOP_WRITE)
		flush(stream);
	if ((events & LOOP_READ) && !is_over(stream) && !stream->paused)
		read_some(stream);
	if (stream_leave(stream))
		stream_watch(stream);
}

void docker_stream_pause(struct engine_stream *base, bool paused)
{
	struct docker_stream *stream = (struct docker_stream *)base;
	stream->paused = paused;
	if (stream->fd >= 0 && !paused && !stream->ended)
		schedule(stream);
	if (!stream->busy)
		stream_watch(stream);
}
