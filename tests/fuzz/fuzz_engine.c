/* What an engine may answer: the first byte chooses what it was asked, the second its status, the
 * third in what pieces it comes; the rest is JSON, status lines, a tar or a hijacked connection. */
#include "common/json.h"
#include "common/memory.h"
#include "host/engine/docker/parts.h"
#include "host/engine/docker/stream.h"

#include <stdlib.h>
#include <string.h>

struct reply {
	long status;
	const char *body;
	size_t len, step;
};

/* HTTP without a network: whatever is asked, the reply is the input. */
struct http_client {
	struct loop *loop;
};
struct http_transfer {
	struct loop *loop;
	struct http_request request;
	http_done *done;
	void *ctx;
	uint32_t timer;
};

static struct reply reply;
static bool told;

void http_response_free(struct http_response *response)
{
	buf_free(&response->body);
	buf_free(&response->headers);
	error_clear(&response->error);
}

static int fill(const struct http_request *request, struct http_response *response)
{
	response->status = reply.status;
	if (!request->write_body || reply.status / 100 != 2) {
		buf_add(&response->body, reply.body, reply.len);
		return 0;
	}
	for (size_t at = 0; at < reply.len; at += reply.step) {
		size_t left = reply.len - at;
		if (request->write_body(request->ctx, reply.body + at,
					left < reply.step ? left : reply.step) < 0)
			return -1;
	}
	return 0;
}

/* What is read of the input as a body may stand there as a header too. */
const char *http_header(const struct http_response *response, const char *name, struct buf *value)
{
	(void)response;
	const char *found = memmem(reply.body, reply.len, name, strlen(name));
	const char *from = found ? found + strlen(name) : NULL, *end = reply.body + reply.len;
	const char *newline = from ? memchr(from, '\n', (size_t)(end - from)) : NULL;
	buf_clear(value);
	if (!newline)
		return NULL;
	buf_add(value, from, (size_t)(newline - from));
	return buf_text(value);
}

int http_perform(struct http_client *client, const struct http_request *request,
		 struct http_response *response, struct error *err)
{
	(void)client;
	return fill(request, response) < 0 ? error_set(err, "stopped") : 0;
}

static void answer(void *ctx)
{
	struct http_transfer *transfer = ctx;
	struct http_response response = {0};
	if (fill(&transfer->request, &response) < 0) {
		response.failed = true;
		error_set(&response.error, "stopped");
	}
	reply.status = 404; /* whatever is asked for again is gone by then */
	transfer->done(transfer->ctx, &response);
	http_response_free(&response);
	free(transfer);
}

struct http_transfer *http_start(struct http_client *client, const struct http_request *request,
				 http_done *done, void *ctx, struct error *err)
{
	(void)err;
	struct http_transfer *transfer = mem_alloc(sizeof *transfer);
	*transfer = (struct http_transfer){client->loop, *request, done, ctx, 0};
	transfer->timer = loop_after(client->loop, 0, answer, transfer);
	return transfer;
}

void http_cancel(struct http_transfer *transfer)
{
	if (transfer)
		loop_cancel(transfer->loop, transfer->timer);
	free(transfer);
}

void http_resume(struct http_transfer *transfer)
{
	(void)transfer;
	abort(); /* nothing waits */
}

struct http_client *http_client_new(struct loop *loop, const struct http_server *server,
				    struct error *err)
{
	(void)server;
	(void)err;
	struct http_client *client = mem_alloc(sizeof *client);
	client->loop = loop;
	return client;
}

void http_client_free(struct http_client *client)
{
	free(client);
}

void http_parameter(struct buf *path)
{
	buf_putc(path, '?');
}

void http_escape(struct buf *out, const char *text, const char *keep)
{
	(void)keep;
	buf_puts(out, text);
}

/* --- what is asked --- */

static void done(void *ctx, const struct engine_result *result)
{
	(void)ctx;
	told = true;
	if (result->status != ENGINE_OK && !error_is_set(result->error))
		abort();
	auto_buf struct buf text = {0};
	if (result->body)
		json_write(&text, result->body);
}

static void progress(void *ctx, const struct engine_progress *progress)
{
	(void)ctx;
	if (!progress->status)
		abort();
}

static void ask_version(struct engine *engine, struct loop *loop)
{
	auto_error struct error err = {0};
	struct engine *opened = engine_open(loop, "unix:///nowhere", &err);
	if (!opened != error_is_set(&err))
		abort();
	engine_close(opened);
	engine_info(engine, done, NULL);
}

static void ask_image(struct engine *engine, struct loop *loop)
{
	(void)loop;
	engine_image_inspect(engine, "image", done, NULL);
}

static void ask_pull(struct engine *engine, struct loop *loop)
{
	(void)loop;
	engine_image_pull(engine, "image:tag", progress, done, NULL);
}

static void ask_import(struct engine *engine, struct loop *loop)
{
	(void)loop;
	engine_image_import(engine, "", 0, "image", "tag", NULL, done, NULL);
}

static long no_archive(void *ctx, char *into, size_t room)
{
	(void)ctx;
	(void)into;
	(void)room;
	return 0;
}

static void ask_load(struct engine *engine, struct loop *loop)
{
	(void)loop;
	engine_image_load(engine, no_archive, done, NULL);
}

static void ask_create(struct engine *engine, struct loop *loop)
{
	(void)loop;
	const struct engine_container container = {.image = "image"};
	engine_create(engine, &container, done, NULL);
}

static void ask_list(struct engine *engine, struct loop *loop)
{
	(void)loop;
	engine_list(engine, done, NULL);
}

static void ask_remove(struct engine *engine, struct loop *loop)
{
	(void)loop;
	engine_remove(engine, "id", done, NULL);
}

static void ask_digest(struct engine *engine, struct loop *loop)
{
	(void)loop;
	engine_file_digest(engine, "id", "/tools/agent", done, NULL);
}

/* --- an attached connection --- */

static void bytes_came(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	if (len && !data)
		abort();
}

static void closed(void *ctx, struct error *err)
{
	(void)ctx;
	if (err)
		free(error_text(err));
}

static void attach(struct engine *engine, struct loop *loop)
{
	(void)loop;
	static const struct engine_stream_events events = {
		.output = bytes_came, .diagnostics = bytes_came, .closed = closed};
	struct docker_stream *stream = mem_alloc(sizeof *stream);
	stream->stream.driver = engine->driver;
	stream->docker = (struct docker *)engine;
	stream->docker->streams = stream;
	stream->events = &events;
	stream->done = done;
	stream->fd = -1;
	stream->easy = curl_easy_init();
	for (size_t at = 0; at < reply.len && !stream->ended; at += reply.step) {
		size_t left = reply.len - at, len = left < reply.step ? left : reply.step;
		if (stream->upgraded)
			stream_deliver(stream, reply.body + at, len);
		else
			attach_answered(stream, reply.body + at, len);
	}
	if (!stream->ended && !stream->upgraded)
		attach_refused(stream);
	engine_stream_close(&stream->stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const asks[])(struct engine *, struct loop *) = {
		ask_version, ask_image,  ask_pull,   ask_import, ask_create,
		ask_list,    ask_remove, ask_digest, attach,     ask_load};
	static const long codes[] = {200, 201, 204, 304, 400, 404, 409, 500};
	if (size < 3)
		return 0;
	auto_error struct error err = {0};
	struct loop *loop = loop_new(&err);
	reply = (struct reply){codes[data[1] % 8], (const char *)data + 3, size - 3, data[2] + 1u};
	static const struct engine_driver driver = {.name = "docker",
						    DOCKER_OPERATIONS,
						    .image_inspect = docker_image_inspect,
						    .image_import = docker_image_import,
						    .create = docker_create,
						    .commit = docker_commit};
	struct docker docker = {.engine = {.driver = &driver, .loop = loop},
				.client = http_client_new(loop, NULL, &err)};
	docker.endpoint.name = "the engine";
	told = false;
	asks[data[0] % (sizeof asks / sizeof *asks)](&docker.engine, loop);
	for (int turns = 0; !told && turns < 100; turns++)
		loop_turn(loop, 10, &err);
	if (!told)
		abort();
	engine_abandon(&docker.engine);
	http_client_free(docker.client);
	loop_free(loop);
	return 0;
}
