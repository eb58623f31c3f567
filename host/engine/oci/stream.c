/* The container's standard streams: three pipes on the loop. */
#include "common/memory.h"
#include "host/engine/oci/parts.h"
#include "host/exit_codes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 65536 };

struct oci_stream {
	struct engine_stream stream;
	struct oci *oci;
	struct oci_stream *next;
	const struct engine_stream_events *events;
	void *events_ctx;
	char id[ID_HEX];
	int ours[3], theirs[3]; /* by number of the container's descriptor; -1: closed */
	struct buf out;
	size_t sent;
	bool paused, dead;
	unsigned busy; /* handlers that are running: it must not be freed under them */
	uint32_t ending;
};

static void close_end(struct oci_stream *stream, int which)
{
	int fd = stream->ours[which];
	if (fd < 0)
		return;
	loop_unwatch(stream->oci->engine.loop, fd);
	close(fd);
	stream->ours[which] = -1;
}

static void release(struct oci_stream *stream)
{
	struct oci_stream **at = &stream->oci->streams;
	while (*at != stream)
		at = &(*at)->next;
	*at = stream->next;
	for (int i = 0; i < 3; i++) {
		close_end(stream, i);
		if (stream->theirs[i] >= 0)
			close(stream->theirs[i]);
	}
	loop_cancel(stream->oci->engine.loop, stream->ending);
	buf_free(&stream->out);
	free(stream);
}

void oci_stream_close(struct engine_stream *base)
{
	struct oci_stream *stream = (struct oci_stream *)base;
	stream->dead = true;
	if (!stream->busy)
		release(stream);
}

static void enter(struct oci_stream *stream)
{
	stream->busy++;
}

static void leave(struct oci_stream *stream)
{
	stream->busy--;
	if (stream->dead && !stream->busy)
		release(stream);
}

/* --- reading --- */

static void tell_end(void *ctx)
{
	struct oci_stream *stream = ctx;
	stream->ending = 0;
	enter(stream);
	stream->events->closed(stream->events_ctx, NULL);
	leave(stream);
}

/* When both are at their end, so is the stream. */
static void end_of(struct oci_stream *stream, int which)
{
	close_end(stream, which);
	if (stream->ours[1] >= 0 || stream->ours[2] >= 0)
		return;
	close_end(stream, 0);
	stream->ending = loop_after(stream->oci->engine.loop, 0, tell_end, stream);
}

static void receive(struct oci_stream *stream, int which)
{
	char chunk[CHUNK];
	ssize_t got = read(stream->ours[which], chunk, sizeof chunk);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0)
		end_of(stream, which);
	else if (which == 1)
		stream->events->output(stream->events_ctx, chunk, (size_t)got);
	else
		stream->events->diagnostics(stream->events_ctx, chunk, (size_t)got);
}

static void on_output(void *ctx, unsigned events)
{
	struct oci_stream *stream = ctx;
	(void)events;
	enter(stream);
	receive(stream, 1);
	leave(stream);
}

static void on_diagnostics(void *ctx, unsigned events)
{
	struct oci_stream *stream = ctx;
	(void)events;
	enter(stream);
	receive(stream, 2);
	leave(stream);
}

static void watch_reading(struct oci_stream *stream)
{
	static loop_ready *const handlers[] = {NULL, on_output, on_diagnostics};
	unsigned events = stream->paused ? 0 : LOOP_READ;
	for (int i = 1; i <= 2; i++)
		if (stream->ours[i] >= 0)
			loop_watch(stream->oci->engine.loop, stream->ours[i], events, handlers[i],
				   stream);
}

void oci_stream_pause(struct engine_stream *base, bool paused)
{
	struct oci_stream *stream = (struct oci_stream *)base;
	stream->paused = paused;
	watch_reading(stream);
}

/* --- writing --- */

static void on_writable(void *ctx, unsigned events);

static void watch_writing(struct oci_stream *stream)
{
	if (stream->ours[0] >= 0)
		loop_watch(stream->oci->engine.loop, stream->ours[0],
			   stream->out.len ? LOOP_WRITE : 0, on_writable, stream);
}

/* Nobody reads any more: that its output has ended will be told by the other pipes. */
static void give_up(struct oci_stream *stream)
{
	close_end(stream, 0);
	buf_clear(&stream->out);
	stream->sent = 0;
}

static void send_some(struct oci_stream *stream)
{
	const struct buf *out = &stream->out;
	ssize_t sent = write(stream->ours[0], out->data + stream->sent, out->len - stream->sent);
	if (sent < 0) {
		if (errno != EAGAIN && errno != EINTR)
			give_up(stream);
		return;
	}
	stream->sent += (size_t)sent;
	if (stream->sent < out->len)
		return;
	buf_clear(&stream->out);
	stream->sent = 0;
	if (stream->events->drained)
		stream->events->drained(stream->events_ctx);
}

static void on_writable(void *ctx, unsigned events)
{
	struct oci_stream *stream = ctx;
	enter(stream);
	if (stream->out.len)
		send_some(stream);
	else if (events & LOOP_READ)
		give_up(stream);
	if (!stream->dead)
		watch_writing(stream);
	leave(stream);
}

void oci_stream_write(struct engine_stream *base, const void *data, size_t len)
{
	struct oci_stream *stream = (struct oci_stream *)base;
	if (stream->ours[0] < 0)
		return;
	buf_add(&stream->out, data, len);
	watch_writing(stream);
}

size_t oci_stream_pending(const struct engine_stream *base)
{
	const struct oci_stream *stream = (const struct oci_stream *)base;
	return stream->out.len - stream->sent;
}

/* --- attaching --- */

static int make_pipe(struct oci_stream *stream, int which)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	stream->ours[which] = ends[which == 0];
	stream->theirs[which] = ends[which != 0];
	return fcntl(stream->ours[which], F_SETFL, O_NONBLOCK);
}

struct engine_stream *oci_attach(struct engine *engine, const char *id,
				 const struct engine_stream_events *events, void *events_ctx,
				 engine_done *done, void *ctx)
{
	struct oci *oci = (struct oci *)engine;
	struct reply *reply = reply_new(oci, done, ctx);
	struct oci_stream *stream = mem_alloc(sizeof *stream);
	*stream = (struct oci_stream){.stream.driver = engine->driver,
				      .oci = oci,
				      .next = oci->streams,
				      .events = events,
				      .events_ctx = events_ctx,
				      .ours = {-1, -1, -1},
				      .theirs = {-1, -1, -1}};
	oci->streams = stream;
	int status = 0;
	if (!oci_container_find(oci, id, stream->id))
		status = reply_refuse(reply, ENGINE_NOT_FOUND, "no such container: %s", id);
	for (int i = 0; status == 0 && i < 3; i++)
		if (make_pipe(stream, i) < 0)
			status = error_errno(&reply->error, "can't make a pipe");
	reply_result(reply, status);
	if (status == 0) {
		watch_reading(stream);
		return &stream->stream;
	}
	release(stream);
	return NULL;
}

struct oci_stream *stream_of(const struct oci *oci, const char *id)
{
	struct oci_stream *stream = oci->streams;
	while (stream && strcmp(stream->id, id) != 0)
		stream = stream->next;
	return stream;
}

bool stream_take(struct oci_stream *stream, int stdio[3])
{
	for (int i = 0; i < 3; i++) {
		stdio[i] = stream->theirs[i];
		stream->theirs[i] = -1;
	}
	return stdio[0] >= 0;
}
