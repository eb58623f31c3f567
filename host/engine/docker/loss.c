/* An engine that is asked whether it still answers, and one that is given up. */
#include "common/own.h"
#include "host/engine/docker/stream.h"
#include "host/exit_codes.h"

void docker_ping(struct engine *engine, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, "/_ping");
	operation_send(operation_new(engine, done, ctx), "GET", &path, NULL);
}

static void stop(struct operation *operation, const struct error *why)
{
	struct loop *loop = operation->docker->engine.loop;
	http_cancel(STEAL(operation->transfer));
	loop_cancel(loop, operation->timer);
	error_copy(&operation->failed, why);
	operation_fail(operation);
}

void docker_stop(struct engine *engine, const void *ctx, const struct error *why)
{
	struct docker *docker = (struct docker *)engine;
	for (struct operation *at = docker->running; at; at = at->next)
		if (at->ctx == ctx)
			stop(at, why);
}

void docker_resume(struct engine *engine, const void *ctx)
{
	struct docker *docker = (struct docker *)engine;
	for (struct operation *at = docker->running; at; at = at->next)
		if (at->ctx == ctx && at->transfer)
			http_resume(at->transfer);
}

/* Its owner is told from the loop, as of any other end. */
static void lost(void *ctx)
{
	struct docker_stream *stream = ctx;
	struct error err = {0};
	stream->late = 0;
	error_copy(&err, &stream->docker->lost);
	stream_enter(stream);
	stream_end(stream, &err);
	if (stream_leave(stream))
		stream_watch(stream);
}

void docker_lose(struct engine *engine, const struct error *why)
{
	struct docker *docker = (struct docker *)engine;
	error_copy(&docker->lost, why);
	error_class(&docker->lost, EXIT_ENGINE, ERROR_ENGINE_UNREACHABLE);
	for (struct operation *at = docker->running; at; at = at->next)
		stop(at, &docker->lost);
	for (struct docker_stream *at = docker->streams; at; at = at->next) {
		loop_cancel(engine->loop, at->late);
		at->late = loop_after(engine->loop, 0, lost, at);
	}
}
