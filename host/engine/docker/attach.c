/* Attaching to a container (docs.docker.com/reference/api/engine, ContainerAttach): libcurl makes
 * the connection, the request and its answer are ours, and so is the stream that follows. */
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/docker/stream.h"
#include "host/exit_codes.h"

#include <string.h>

enum { LONGEST_ANSWER = 65536 };

void attach_settle(struct docker_stream *stream, struct error *err)
{
	struct engine_result result = {.status = err ? ENGINE_FAILED : ENGINE_OK, .error = err};
	engine_done *done = stream->done;
	loop_cancel(stream->docker->engine.loop, stream->late);
	stream->late = 0;
	stream->done = NULL;
	if (done)
		done(stream->done_ctx, &result);
	if (err)
		error_clear(err);
}

/* --- the answer --- */

/* What the engine says for a reason: a JSON message, or its text's first line; NULL for none. */
static const char *reason_in(struct arena *arena, const char *body)
{
	auto_error struct error ignored = {0};
	const struct value *json = NULL;
	if (*body == '{')
		json = json_parse(arena, "answer", body, strlen(body), &ignored);
	const char *message = value_text(value_get(json, "message"));
	if (message)
		return message;
	return *body ? arena_strndup(arena, body, strcspn(body, "\r\n")) : NULL;
}

void attach_refused(struct docker_stream *stream)
{
	auto_arena struct arena arena = {0};
	struct error err = {0};
	const char *head = buf_text(&stream->answer), *body = strstr(head, "\r\n\r\n");
	const char *reason = body ? reason_in(&arena, body + 4) : NULL;
	if (!reason && strchr(head, '\n'))
		reason = arena_strndup(&arena, head, strcspn(head, "\r\n"));
	error_set(&err, "%s: %s", stream->docker->endpoint.name,
		  reason && *reason ? reason : "it hung up instead of attaching");
	stream_end(stream, &err);
}

/* A refusal that has no length ends with the connection. */
static bool is_whole(const char *head, const char *body)
{
	static const char name[] = "\r\nContent-Length:";
	const char *length = strcasestr(head, name);
	return length && length < body && strlen(body) >= strtoul(length + strlen(name), NULL, 10);
}

static void upgrade(struct docker_stream *stream, size_t head_len)
{
	auto_buf struct buf answer = stream->answer;
	stream->answer = (struct buf){0};
	stream->upgraded = true;
	attach_settle(stream, NULL);
	stream_deliver(stream, answer.data + head_len, answer.len - head_len);
}

/* The start waits for this where the engine answers before it: else the start could overtake the
 * attaching on its way through the engine, and the container's first output would be lost (13 times
 * in 40, measured with Docker 20.10). 101, or 200 from engines that hand the connection over
 * without a word. */
void attach_answered(struct docker_stream *stream, const char *data, size_t len)
{
	buf_add(&stream->answer, data, len);
	const char *head = stream->answer.data;
	const char *end = memmem(head, stream->answer.len, "\r\n\r\n", 4);
	int status = 0;
	if (end && sscanf(head, "HTTP/1.%*d %d", &status) == 1 && (status == 101 || status == 200))
		upgrade(stream, (size_t)(end + 4 - head));
	else if ((end && is_whole(head, end + 4)) || stream->answer.len > LONGEST_ANSWER)
		attach_refused(stream);
}

/* --- the request --- */

static void connected(void *ctx, int code)
{
	struct docker_stream *stream = ctx;
	struct error err = {0};
	stream_enter(stream);
	if (code == CURLE_OK)
		curl_easy_getinfo(stream->easy, CURLINFO_ACTIVESOCKET, &stream->fd);
	if (stream->fd < 0) {
		http_explain(stream->easy, &stream->docker->server, (CURLcode)code, "", &err);
		stream_end(stream, &err);
	}
	if (stream_leave(stream))
		stream_watch(stream);
}

static void gave_up(void *ctx)
{
	struct docker_stream *stream = ctx;
	struct error err = {0};
	stream->late = 0;
	error_set(&err, "%s does not attach: given up after %.0f s", stream->docker->endpoint.name,
		  (double)engine_patience(&stream->docker->engine) / 1000);
	error_class(&err, EXIT_ENGINE, ERROR_ENGINE_UNREACHABLE);
	stream_enter(stream);
	stream_end(stream, &err);
	if (stream_leave(stream))
		stream_watch(stream);
}

static void make_request(struct docker_stream *stream, const char *id)
{
	struct buf *request = &stream->sending;
	buf_printf(request, "POST %s/containers/", stream->docker->prefix);
	http_escape(request, id, "");
	buf_printf(request,
		   "/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\nHost: %s\r\n"
		   "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n",
		   stream->docker->endpoint.host);
}

struct engine_stream *docker_attach(struct engine *engine, const char *id,
				    const struct engine_stream_events *events, void *events_ctx,
				    engine_done *done, void *ctx)
{
	struct error err = {0};
	struct docker_stream *stream = mem_alloc(sizeof *stream);
	stream->stream.driver = engine->driver;
	stream->docker = (struct docker *)engine;
	stream->next = stream->docker->streams;
	stream->docker->streams = stream;
	stream->events = events;
	stream->events_ctx = events_ctx;
	stream->done = done;
	stream->done_ctx = ctx;
	stream->fd = -1;
	stream->easy = mem_given(curl_easy_init());
	http_apply_server(stream->easy, &stream->docker->server, "/");
	curl_easy_setopt(stream->easy, CURLOPT_CONNECT_ONLY, 1L);
	make_request(stream, id);
	stream->late = loop_after(engine->loop, engine_patience(engine), gave_up, stream);
	if (loop_transfer(engine->loop, stream->easy, connected, stream, &err) == 0)
		return &stream->stream;
	docker_stream_close(&stream->stream);
	struct operation *failed = operation_new(engine, done, ctx);
	error_move(&failed->failed, &err);
	operation_fail(failed);
	return NULL;
}
