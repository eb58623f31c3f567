/* From an endpoint to its driver; what engine.h promises is the driver's to keep. */
#include "host/engine/driver.h"
#include "host/engine/oci/oci.h"
#include "host/engine/podman/podman.h"

#include "host/exit_codes.h"

#include <errno.h>
#include <string.h>

/* By what an endpoint begins with; whatever is not listed is Docker's to take or to refuse. */
static const struct opener {
	const char *scheme;
	engine_opener *open;
	engine_knocker *knock; /* NULL: it is started */
} openers[] = {
	{"podman:", podman_open, NULL},
	{"oci:", oci_open, NULL},
	{"", docker_open, docker_knock},
};

static const struct opener *find_opener(struct engine_address *address)
{
	const char *given = getenv("DOCKER_HOST");
	size_t i = 0;
	if (!address->url)
		address->url = given && *given ? given : NULL;
	while (strncmp(address->url ? address->url : "", openers[i].scheme,
		       strlen(openers[i].scheme)) != 0)
		i++;
	return &openers[i];
}

struct engine *engine_open_at(struct loop *loop, const struct engine_address *address,
			      struct error *err)
{
	struct engine_address where = *address;
	struct engine *engine = find_opener(&where)->open(loop, &where, err);
	if (engine)
		engine->patience_ms = where.patience_ms;
	else if (err->code != ERROR_MEMORY)
		err->exit_code = EXIT_ENGINE;
	return engine;
}

struct engine *engine_knock(struct loop *loop, const struct engine_address *address,
			    engine_done *done, void *ctx, struct error *err)
{
	struct engine_address where = *address;
	const struct opener *opener = find_opener(&where);
	return opener->knock ? opener->knock(loop, &where, done, ctx, err) : NULL;
}

struct engine *engine_open(struct loop *loop, const char *endpoint, struct error *err)
{
	return engine_open_at(loop, &(struct engine_address){.url = endpoint}, err);
}

void engine_notice_full(struct error *err)
{
	if (!error_is_set(err) || !strcasestr(err->message, strerror(ENOSPC)))
		return;
	error_wrap(err, "the engine's disk is full");
	error_class(err, EXIT_ENGINE, ERROR_ENGINE_DISK);
}

void engine_release(struct engine *engine)
{
	loop_cancel(engine->loop, engine->turns.timer);
	free(engine->endpoint);
	free(engine->version);
	free(engine);
}

void engine_close(struct engine *engine)
{
	if (engine)
		engine->driver->close(engine);
}

void engine_abandon(struct engine *engine)
{
	engine->driver->abandon(engine);
}

void engine_set_patience(struct engine *engine, uint64_t ms)
{
	engine->patience_ms = ms;
}

uint64_t engine_patience(const struct engine *engine)
{
	return engine->patience_ms ? engine->patience_ms : ENGINE_PATIENCE_MS;
}

void engine_hurry(struct engine *engine, const void *ctx)
{
	if (engine->driver->hurry)
		engine->driver->hurry(engine, ctx);
}

bool engine_ping(struct engine *engine, engine_done *done, void *ctx)
{
	if (engine->driver->ping)
		engine->driver->ping(engine, done, ctx);
	return engine->driver->ping;
}

void engine_stop(struct engine *engine, const void *ctx, const struct error *why)
{
	if (engine->driver->stop)
		engine->driver->stop(engine, ctx, why);
}

void engine_lose(struct engine *engine, const struct error *why)
{
	if (engine->driver->lose)
		engine->driver->lose(engine, why);
}

const char *engine_endpoint(const struct engine *engine)
{
	return engine->endpoint;
}

const char *engine_name(const struct engine *engine)
{
	return engine->driver->name;
}

const char *engine_version(const struct engine *engine)
{
	return engine->version;
}

bool engine_is_local(const struct engine *engine)
{
	return engine->local;
}

void engine_info(struct engine *engine, engine_done *done, void *ctx)
{
	engine->driver->info(engine, done, ctx);
}

void engine_image_inspect(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	engine->driver->image_inspect(engine, ref, done, ctx);
}

void engine_image_history(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	engine->driver->image_history(engine, ref, done, ctx);
}

void engine_image_pull(struct engine *engine, const char *ref, engine_told *told, engine_done *done,
		       void *ctx)
{
	engine->driver->image_pull(engine, ref, told, done, ctx);
}

void engine_image_push(struct engine *engine, const char *repo, const char *tag, engine_told *told,
		       engine_done *done, void *ctx)
{
	engine->driver->image_push(engine, repo, tag, told, done, ctx);
}

void engine_image_import(struct engine *engine, const void *tar, size_t len, const char *repo,
			 const char *tag, const char *const *changes, engine_done *done, void *ctx)
{
	engine->driver->image_import(engine, tar, len, repo, tag, changes, done, ctx);
}

void engine_image_tag(struct engine *engine, const char *id, const char *repo, const char *tag,
		      engine_done *done, void *ctx)
{
	engine->driver->image_tag(engine, id, repo, tag, done, ctx);
}

void engine_image_list(struct engine *engine, engine_done *done, void *ctx)
{
	engine->driver->image_list(engine, done, ctx);
}

void engine_image_remove(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	engine->driver->image_remove(engine, ref, done, ctx);
}

void engine_create(struct engine *engine, const struct engine_container *container,
		   engine_done *done, void *ctx)
{
	engine->driver->create(engine, container, done, ctx);
}

void engine_start(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	engine->driver->start(engine, id, done, ctx);
}

void engine_inspect(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	engine->driver->inspect(engine, id, done, ctx);
}

void engine_commit(struct engine *engine, const struct engine_commit *commit, engine_done *done,
		   void *ctx)
{
	engine->driver->commit(engine, commit, done, ctx);
}

void engine_list(struct engine *engine, engine_done *done, void *ctx)
{
	engine->driver->list(engine, done, ctx);
}

bool engine_list_named(struct engine *engine, const char *names, engine_done *done, void *ctx)
{
	if (engine->driver->list_named)
		engine->driver->list_named(engine, names, done, ctx);
	return engine->driver->list_named;
}

void engine_remove(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	engine->driver->remove(engine, id, done, ctx);
}

void engine_file_digest(struct engine *engine, const char *id, const char *path, engine_done *done,
			void *ctx)
{
	engine->driver->file_digest(engine, id, path, done, ctx);
}

void engine_network_create(struct engine *engine, const struct engine_network *network,
			   engine_done *done, void *ctx)
{
	engine->driver->network_create(engine, network, done, ctx);
}

void engine_network_list(struct engine *engine, const char *label, engine_done *done, void *ctx)
{
	engine->driver->network_list(engine, label, done, ctx);
}

void engine_network_remove(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	engine->driver->network_remove(engine, id, done, ctx);
}

struct engine_stream *engine_attach(struct engine *engine, const char *id,
				    const struct engine_stream_events *events, void *events_ctx,
				    engine_done *done, void *ctx)
{
	return engine->driver->attach(engine, id, events, events_ctx, done, ctx);
}

void engine_stream_write(struct engine_stream *stream, const void *data, size_t len)
{
	stream->driver->stream_write(stream, data, len);
}

size_t engine_stream_pending(const struct engine_stream *stream)
{
	return stream->driver->stream_pending(stream);
}

void engine_stream_pause(struct engine_stream *stream, bool paused)
{
	stream->driver->stream_pause(stream, paused);
}

void engine_stream_close(struct engine_stream *stream)
{
	if (stream)
		stream->driver->stream_close(stream);
}
