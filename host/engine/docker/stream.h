/* What an attached stream's two files share: attach.c has its beginning, stream.c what follows. */
#ifndef FACTORY_HOST_ENGINE_DOCKER_STREAM_H
#define FACTORY_HOST_ENGINE_DOCKER_STREAM_H

#include "common/http_parts.h"
#include "host/engine/docker/demultiplex.h"
#include "host/engine/docker/parts.h"

enum { STREAM_CHUNK = 65536 };

struct docker_stream {
	struct engine_stream stream;
	struct docker *docker;
	struct docker_stream *next; /* of the engine's */
	const struct engine_stream_events *events;
	void *events_ctx;
	engine_done *done; /* NULL once called: the container may be started */
	void *done_ctx;
	CURL *easy;
	curl_socket_t fd; /* -1 until connected */
	/* What is being written, the request at first, is left as it is until all of it has been:
	 * TLS must be given the same bytes again. Meanwhile more gathers in `out`. */
	struct buf sending, out;
	size_t sent;
	struct buf answer; /* the request's, until it is complete */
	bool requested;    /* the request has been sent */
	bool upgraded;     /* the stream is ours */
	bool paused, ended;
	struct demultiplexer demultiplexer;
	uint32_t again; /* timer: TLS may hold bytes that poll knows nothing of */
	uint32_t late;  /* timer: until the attaching is given up */
	unsigned busy;  /* handlers that are running: it must not be freed under them */
	bool dead;      /* closed while busy */
	char chunk[STREAM_CHUNK];
};

/* Around whatever may call a handler; after false the stream is gone. */
void stream_enter(struct docker_stream *stream);
bool stream_leave(struct docker_stream *stream);

void stream_watch(struct docker_stream *stream); /* for what it waits for now */

/* Tells of the end, once; err may be NULL and is taken. Before `done` it is a failure to attach. */
void stream_end(struct docker_stream *stream, struct error *err);

/* Multiplexed bytes to the handlers. */
void stream_deliver(struct docker_stream *stream, const char *data, size_t len);

/* Calls done, once: the container may be started, or (err, taken) can't be attached to. */
void attach_settle(struct docker_stream *stream, struct error *err);
/* Bytes that came before the stream was ours; their end. */
void attach_answered(struct docker_stream *stream, const char *data, size_t len);
void attach_refused(struct docker_stream *stream);

#endif
