/* What the engine's files share: the endpoint's client, and one operation under way. */
#ifndef FACTORY_HOST_ENGINE_PARTS_H
#define FACTORY_HOST_ENGINE_PARTS_H

#include "common/http.h"
#include "host/engine/endpoint.h"
#include "host/engine/engine.h"

struct engine {
	struct loop *loop;
	struct endpoint endpoint;
	struct http_server server;
	struct http_client *client;
	char *name, *version;
	char prefix[16];   /* "/v1.41" */
	bool answers_late; /* Podman: an attach is answered only after the container's start */
	uint64_t patience_ms;
	struct operation *running;
};

struct operation {
	struct engine *engine;
	struct operation *next;
	struct http_transfer *transfer;
	char *body; /* of the request, owned */
	engine_done *done;
	void *ctx;
	/* Makes the result of an answer; NULL: by its status code, its JSON and its "Id". */
	void (*interpret)(struct operation *operation, const struct http_response *response,
			  struct engine_result *result);
	/* Of a pull: each status line is passed on; the last error is kept. */
	void (*progress)(void *ctx, const char *line);
	struct buf line;
	char *id;            /* what the answer made, where it is not "Id" */
	struct error failed; /* an error inside an answer of status 200 */
	uint32_t timer;      /* until it is given up, or tells that it never began */
	uint64_t bound_ms;
	bool slow; /* it may take as long as it needs */
	/* What an answer of success must have, lest a broken one pass for one. */
	enum { ANSWER_ANY, ANSWER_JSON, ANSWER_ID } wanted;
	struct arena arena;
};

struct operation *operation_new(struct engine *engine, engine_done *done, void *ctx);

/* Sends it: method, path behind the version (taken), and a JSON body (or NULL). */
void operation_send(struct operation *operation, const char *method, struct buf *path,
		    const struct value *body);
/* Asks for JSON. */
void operation_get(struct operation *operation, struct buf *path);
/* The same as operation_send with the request's other parts filled in. */
void operation_start(struct operation *operation, struct http_request *request, struct buf *path);

/* Gives it so long; without, it has as long as it needs. Once. */
void operation_bound(struct operation *operation, uint64_t ms);

/* For what could not begin: it ends on the loop like any other, with operation->failed. */
void operation_fail(struct operation *operation);

/* The result by the status code: JSON, "Id", or the engine's message as the error. */
void operation_interpret(struct operation *operation, const struct http_response *response,
			 struct engine_result *result);

/* "?a=b" or "&a=b", escaped; nothing for NULL. */
void path_query(struct buf *path, const char *name, const char *value);

#endif
