/* Attaching to a container (docs.docker.com/reference/api/engine, ContainerAttach): libcurl makes
 * the connection, by socket, TCP or TLS; the upgraded stream on it is ours. */
#include "common/http_parts.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/demultiplex.h"
#include "host/engine/parts.h"
#include "host/exit_codes.h"

#include <string.h>

enum { CHUNK = 65536, LONGEST_HEADER = 65536, READS_A_TURN = 16 };

struct engine_stream {
	struct engine *engine;
	const struct engine_stream_events *events;
	void *events_ctx;
	engine_done *done; /* NULL once called */
	void *done_ctx;
	char *request_path;
	CURL *easy;
	curl_socket_t fd; /* -1 until connected */
	struct buf out;
	struct buf header; /* of the answer, until the stream begins */
	struct demultiplexer demultiplexer;
	bool upgraded, paused, ended;
	unsigned busy; /* handlers that are running: it must not be freed under them */
	bool dead;     /* closed while busy */
};

static void on_ready(void *ctx, unsigned events);

static void release(struct engine_stream *stream)
{
	if (stream->fd >= 0)
		loop_unwatch(stream->engine->loop, stream->fd);
	loop_abandon(stream->engine->loop, stream->easy);
	curl_easy_cleanup(stream->easy);
	buf_free(&stream->out);
	buf_free(&stream->header);
	free(stream->request_path);
	free(stream);
}

void engine_stream_close(struct engine_stream *stream)
{
	if (!stream)
		return;
	stream->dead = true;
	if (!stream->busy)
		release(stream);
}

/* Leaves a handler; false: the stream is gone. */
static bool leave(struct engine_stream *stream)
{
	stream->busy--;
	if (!stream->dead || stream->busy)
		return !stream->dead;
	release(stream);
	return false;
}

static void watch(struct engine_stream *stream)
{
	unsigned events = stream->paused ? 0 : LOOP_READ;
	if (stream->out.len)
		events |= LOOP_WRITE;
	loop_watch(stream->engine->loop, stream->fd, stream->ended ? 0 : events, on_ready, stream);
}

static void tell_attached(struct engine_stream *stream, struct error *err)
{
	struct engine_result result = {.status = err ? ENGINE_FAILED : ENGINE_OK, .error = err};
	engine_done *done = stream->done;
	stream->done = NULL;
	if (done)
		done(stream->done_ctx, &result);
}

static void end(struct engine_stream *stream, struct error *err)
{
	if (stream->ended || stream->dead)
		return;
	stream->ended = true;
	if (stream->done && err) {
		tell_attached(stream, err);
		return;
	}
	stream->events->closed(stream->events_ctx, err);
}

static void end_with(struct engine_stream *stream, const char *what)
{
	struct error err = {0};
	error_set(&err, "%s: the attached stream broke: %s", stream->engine->endpoint.name, what);
	err.exit_code = EXIT_ENGINE;
	end(stream, &err);
	error_clear(&err);
}

/* --- writing --- */

static void flush(struct engine_stream *stream)
{
	while (stream->out.len && !stream->ended) {
		size_t sent = 0;
		CURLcode code =
			curl_easy_send(stream->easy, stream->out.data, stream->out.len, &sent);
		if (code == CURLE_AGAIN || (code == CURLE_OK && !sent))
			return;
		if (code != CURLE_OK) {
			end_with(stream, curl_easy_strerror(code));
			return;
		}
		buf_consume(&stream->out, sent);
	}
	if (stream->out.len || stream->ended)
		return;
	/* Docker answers at once, and what is started before it has would be heard only in part;
	 * Podman answers after the start. */
	if (stream->done && strcmp(stream->engine->name, "podman") == 0)
		tell_attached(stream, NULL);
	else if (!stream->done && stream->events->drained)
		stream->events->drained(stream->events_ctx);
}

/* --- reading --- */

static void deliver(struct engine_stream *stream, const char *data, size_t len)
{
	while (len && !stream->dead && !stream->ended) {
		struct error err = {0};
		int which = 0;
		const char *payload;
		size_t payload_len;
		long taken = demultiplex(&stream->demultiplexer, data, len, &which, &payload,
					 &payload_len, &err);
		if (taken < 0) {
			end(stream, &err);
			error_clear(&err);
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

static void refused(struct engine_stream *stream)
{
	const char *body = strstr(buf_text(&stream->header), "\r\n\r\n");
	struct error err = {0};
	error_set(&err, "%s refused to attach: %.*s %s", stream->engine->endpoint.name,
		  (int)strcspn(buf_text(&stream->header), "\r\n"), buf_text(&stream->header),
		  body ? body + 4 : "");
	err.exit_code = EXIT_ENGINE;
	end(stream, &err);
	error_clear(&err);
}

/* The answer's head: 101, or 200 from engines that hijack without a word. */
static void take_header(struct engine_stream *stream, const char *data, size_t len)
{
	buf_add(&stream->header, data, len);
	const char *head_end = memmem(stream->header.data, stream->header.len, "\r\n\r\n", 4);
	if (!head_end && stream->header.len < LONGEST_HEADER)
		return;
	int status = 0;
	if (!head_end || sscanf(stream->header.data, "HTTP/1.%*d %d", &status) != 1 ||
	    (status != 101 && status != 200)) {
		refused(stream);
		return;
	}
	stream->upgraded = true;
	tell_attached(stream, NULL);
	size_t head = (size_t)(head_end + 4 - stream->header.data);
	struct buf rest = stream->header;
	stream->header = (struct buf){0};
	deliver(stream, rest.data + head, rest.len - head);
	buf_free(&rest);
}

/* 1: more may be there; 0: not now, or never again. */
static int receive(struct engine_stream *stream, char *chunk)
{
	size_t got = 0;
	CURLcode code = curl_easy_recv(stream->easy, chunk, CHUNK, &got);
	if (code == CURLE_AGAIN)
		return 0;
	if (code != CURLE_OK) {
		end_with(stream, curl_easy_strerror(code));
		return 0;
	}
	if (!got) {
		if (stream->upgraded)
			end(stream, NULL);
		else
			refused(stream);
		return 0;
	}
	if (stream->upgraded)
		deliver(stream, chunk, got);
	else
		take_header(stream, chunk, got);
	return !stream->dead && !stream->ended && !stream->paused;
}

static void on_ready(void *ctx, unsigned events)
{
	struct engine_stream *stream = ctx;
	stream->busy++;
	if (events & LOOP_WRITE)
		flush(stream);
	if ((events & LOOP_READ) && !stream->dead && !stream->ended) {
		autofree char *chunk = mem_alloc(CHUNK);
		for (int i = 0; i < READS_A_TURN && receive(stream, chunk); i++)
			;
	}
	if (leave(stream))
		watch(stream);
}

/* --- beginning --- */

static void send_request(struct engine_stream *stream)
{
	buf_printf(&stream->out,
		   "POST %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
		   "Content-Length: 0\r\n\r\n",
		   stream->request_path, stream->engine->endpoint.host);
}

static void connected(void *ctx, int code)
{
	struct engine_stream *stream = ctx;
	struct error err = {0};
	stream->busy++;
	if (code != CURLE_OK ||
	    curl_easy_getinfo(stream->easy, CURLINFO_ACTIVESOCKET, &stream->fd) != CURLE_OK) {
		http_explain(stream->easy, &stream->engine->server, (CURLcode)code, "", &err);
		err.exit_code = EXIT_ENGINE;
		tell_attached(stream, &err);
		error_clear(&err);
	} else {
		send_request(stream);
		watch(stream);
	}
	leave(stream);
}

struct engine_stream *engine_attach(struct engine *engine, const char *id,
				    const struct engine_stream_events *events, void *events_ctx,
				    engine_done *done, void *ctx)
{
	struct engine_stream *stream = mem_alloc(sizeof *stream);
	struct error err = {0};
	*stream = (struct engine_stream){.engine = engine,
					 .events = events,
					 .events_ctx = events_ctx,
					 .done = done,
					 .done_ctx = ctx,
					 .easy = curl_easy_init(),
					 .fd = -1};
	stream->request_path = mem_printf(
		"%s/containers/%s/attach?stream=1&stdin=1&stdout=1&stderr=1", engine->prefix, id);
	http_apply_server(stream->easy, &engine->server, "/");
	curl_easy_setopt(stream->easy, CURLOPT_CONNECT_ONLY, 1L);
	if (loop_transfer(engine->loop, stream->easy, connected, stream, &err) == 0)
		return stream;
	tell_attached(stream, &err);
	error_clear(&err);
	release(stream);
	return NULL;
}

void engine_stream_write(struct engine_stream *stream, const void *data, size_t len)
{
	buf_add(&stream->out, data, len);
	if (stream->fd >= 0 && !stream->busy)
		watch(stream);
}

size_t engine_stream_pending(const struct engine_stream *stream)
{
	return stream->out.len;
}

void engine_stream_pause(struct engine_stream *stream, bool paused)
{
	stream->paused = paused;
	if (stream->fd >= 0 && !stream->busy)
		watch(stream);
}
