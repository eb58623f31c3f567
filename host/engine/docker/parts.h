/* What the files that speak Docker's API share: the endpoint's client, and one operation under way.
 */
#ifndef FACTORY_HOST_ENGINE_DOCKER_PARTS_H
#define FACTORY_HOST_ENGINE_DOCKER_PARTS_H

#include "common/http.h"
#include "host/engine/docker/endpoint.h"
#include "host/engine/driver.h"

struct docker {
	struct engine engine;
	struct endpoint endpoint;
	struct http_server server;
	struct http_client *client;
	char prefix[16]; /* "/v1.41" */
	struct operation *running;
	struct docker_stream *streams;
	struct error lost;       /* set: it was given up, and nothing is begun any more */
	struct service *service; /* Podman's, where it is ours; ends after all else */
};

enum answer { ANSWER_ANY, ANSWER_JSON, ANSWER_ID };

struct operation {
	struct docker *docker;
	struct operation *next;
	struct http_transfer *transfer;
	char *body; /* of the request, owned */
	engine_done *done;
	void *ctx;
	/* Makes the result of an answer; NULL: by its status code, its JSON and its "Id". */
	void (*interpret)(struct operation *operation, const struct http_response *response,
			  struct engine_result *result);
	/* Of one that takes several requests: looks at each answer before it is interpreted; true:
	 * it has begun the next one, or a timer that will. */
	bool (*proceed)(struct operation *operation, const struct http_response *response);
	void *work;     /* of proceed's, in the arena */
	unsigned tries; /* that were made again */
	/* Of a pull: each status line is passed on; the last error is kept. */
	engine_told *told;
	/* Of a load: gives the archive, by ctx. */
	engine_read *read;
	struct buf line;
	char *id;            /* what the answer made, where it is not "Id" */
	struct error failed; /* an error inside an answer of status 200 */
	uint32_t timer;      /* of one that failed before it began, or that will proceed */
	uint32_t late;       /* timer: until it is given up */
	uint64_t bound_ms;
	int file;           /* that its requests fill or send, closed with it; 0: none */
	bool slow;          /* it may take as long as it needs */
	bool once;          /* it is not sent again: done twice it does harm */
	enum answer wanted; /* of success, lest a broken one pass for one */
	struct arena arena;
};

/* engine: a struct docker's. */
struct operation *operation_new(struct engine *engine, engine_done *done, void *ctx);

/* Sends it: method, path behind the version (taken), and a JSON body (or NULL). */
void operation_send(struct operation *operation, const char *method, struct buf *path,
		    const struct value *body);
/* Asks for JSON. */
void operation_get(struct operation *operation, struct buf *path);
/* The same as operation_send with the request's other parts filled in: begun is operation_begun,
 * its ctx the operation, where the answer is short once it comes, however long the work took. */
void operation_start(struct operation *operation, struct http_request *request, struct buf *path);
void operation_begun(void *ctx);

/* The same for an answer that comes as a stream of JSON lines, whose errors are in a body of status
 * 200; told (may be NULL) gets each status. */
void operation_stream(struct operation *operation, struct http_request *request, struct buf *path,
		      engine_told *told);
/* Such a POST, with the credentials for the registry of an image's name. */
void operation_with_auth(struct operation *operation, const char *ref, struct buf *path,
			 engine_told *told);

/* Gives its request so long; without, it has as long as it needs. Once. */
void operation_bound(struct operation *operation, uint64_t ms);

/* For what could not begin: it ends on the loop like any other, with operation->failed. */
void operation_fail(struct operation *operation);

/* The result by the status code: JSON, "Id", or the engine's message as the error. */
void operation_interpret(struct operation *operation, const struct http_response *response,
			 struct engine_result *result);

/* Makes it a failure: an answer of success that can't be one, for something between us and the
 * engine is broken. `what` it answered. */
void operation_distrust(const struct operation *operation, const char *what,
			struct engine_result *result);

/* "?a=b" or "&a=b", escaped; nothing for NULL. */
void path_query(struct buf *path, const char *name, const char *value);

/* "/containers/ID" and what follows it, ID escaped. */
void path_container(struct buf *path, const char *id, const char *verb);

/* "/containers/json", of those that engine_list_named wants. */
void path_named(struct buf *path, const char *names);

/* ContainerCreate's body. */
struct value *docker_container_spec(struct arena *arena, const struct engine_container *container);
/* The requests of operations that a driver may have more steps of. */
void docker_send_creation(struct operation *operation, const char *name, const struct value *spec);
void docker_send_commit(struct operation *operation, const struct engine_commit *commit);
/* docker_open's for a struct that has the driver's further parts already: it takes the struct, and
 * closes it on failure. */
struct engine *docker_connect(struct docker *docker, const struct engine_address *address,
			      struct error *err);

/* The operations of the driver's table. */
void docker_close(struct engine *engine);
void docker_abandon(struct engine *engine);
void docker_hurry(struct engine *engine, const void *ctx);
void docker_ping(struct engine *engine, engine_done *done, void *ctx);
void docker_stop(struct engine *engine, const void *ctx, const struct error *why);
void docker_resume(struct engine *engine, const void *ctx);
void docker_lose(struct engine *engine, const struct error *why);
void docker_info(struct engine *engine, engine_done *done, void *ctx);
void docker_image_inspect(struct engine *engine, const char *ref, engine_done *done, void *ctx);
void docker_image_history(struct engine *engine, const char *ref, engine_done *done, void *ctx);
void docker_image_pull(struct engine *engine, const char *ref, engine_told *told, engine_done *done,
		       void *ctx);
void docker_image_push(struct engine *engine, const char *repo, const char *tag, engine_told *told,
		       engine_done *done, void *ctx);
void docker_image_import(struct engine *engine, const void *tar, size_t len, const char *repo,
			 const char *tag, const char *const *changes, engine_done *done, void *ctx);
void docker_image_tag(struct engine *engine, const char *id, const char *repo, const char *tag,
		      engine_done *done, void *ctx);
void docker_image_list(struct engine *engine, engine_done *done, void *ctx);
void docker_image_remove(struct engine *engine, const char *ref, engine_done *done, void *ctx);
void docker_create(struct engine *engine, const struct engine_container *container,
		   engine_done *done, void *ctx);
void docker_start(struct engine *engine, const char *id, engine_done *done, void *ctx);
void docker_inspect(struct engine *engine, const char *id, engine_done *done, void *ctx);
void docker_commit(struct engine *engine, const struct engine_commit *commit, engine_done *done,
		   void *ctx);
void docker_list(struct engine *engine, engine_done *done, void *ctx);
void docker_list_named(struct engine *engine, const char *names, engine_done *done, void *ctx);
void docker_remove(struct engine *engine, const char *id, engine_done *done, void *ctx);
void docker_file_digest(struct engine *engine, const char *id, const char *path, engine_done *done,
			void *ctx);
void docker_network_create(struct engine *engine, const struct engine_network *network,
			   engine_done *done, void *ctx);
void docker_network_list(struct engine *engine, const char *label, engine_done *done, void *ctx);
void docker_network_remove(struct engine *engine, const char *id, engine_done *done, void *ctx);
struct engine_stream *docker_attach(struct engine *engine, const char *id,
				    const struct engine_stream_events *events, void *events_ctx,
				    engine_done *done, void *ctx);
void docker_stream_write(struct engine_stream *stream, const void *data, size_t len);
size_t docker_stream_pending(const struct engine_stream *stream);
void docker_stream_pause(struct engine_stream *stream, bool paused);
void docker_stream_close(struct engine_stream *stream);

extern const struct engine_inventory docker_inventory;
void docker_disk_usage(struct engine *engine, engine_done *done, void *ctx);
void docker_remove_idle(struct engine *engine, const char *id, engine_done *done, void *ctx);
void docker_volume_list(struct engine *engine, engine_done *done, void *ctx);
void docker_volume_remove(struct engine *engine, const char *name, engine_done *done, void *ctx);
void docker_image_untag(struct engine *engine, const char *ref, engine_done *done, void *ctx);
void docker_image_save(struct engine *engine, const char *const *refs,
		       int (*write)(void *ctx, const char *data, size_t len), engine_done *done,
		       void *ctx);
void docker_image_load(struct engine *engine, engine_read *read, engine_done *done, void *ctx);
void docker_changes(struct engine *engine, const char *id, engine_done *done, void *ctx);

/* Docker's operations, for a table that has most of them: `.name` and what differs follow. */
#define DOCKER_OPERATIONS                                                                          \
	.abandon = docker_abandon, .hurry = docker_hurry, .ping = docker_ping,                     \
	.stop = docker_stop, .lose = docker_lose, .info = docker_info,                             \
	.image_history = docker_image_history, .image_pull = docker_image_pull,                    \
	.image_push = docker_image_push, .image_tag = docker_image_tag,                            \
	.image_remove = docker_image_remove, .start = docker_start, .inspect = docker_inspect,     \
	.list = docker_list, .remove = docker_remove, .file_digest = docker_file_digest,           \
	.network_create = docker_network_create, .network_list = docker_network_list,              \
	.network_remove = docker_network_remove, .attach = docker_attach,                          \
	.stream_write = docker_stream_write, .stream_pending = docker_stream_pending,              \
	.stream_pause = docker_stream_pause, .stream_close = docker_stream_close

#endif
