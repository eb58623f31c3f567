/* What the files that make up a container share: container.c dispatches events to actions,
 * lifecycle.c has those that ask the engine, work.c those that ask the session. */
#ifndef FACTORY_HOST_CONTAINER_PARTS_H
#define FACTORY_HOST_CONTAINER_PARTS_H

#include "host/container/aside.h"
#include "host/container/container.h"
#include "host/container/secrets.h"
#include "host/engine/turns.h"

struct container {
	const struct container_setup *setup;
	const struct container_events *events;
	void *ctx;
	enum machine_state state;
	const char *image;
	char *name;
	char *id;          /* the engine's, once created */
	bool may_be;       /* its creation was not answered: it may be there by its name */
	uint32_t patience; /* timer: until the agent's next word is not waited for any more */
	struct session *session;
	char *staging;
	bool has_shell;
	struct engine_turn turn; /* while it is STARTING */
	unsigned outstanding;    /* engine operations that will still call back */
	struct error failure;    /* why it is being discarded */
	struct error held;       /* why its step failed, while a guide is told */

	const struct node *node;       /* the one being run */
	uint32_t request;              /* its RUN; of STARTING: the working directory's PUT */
	unsigned attempt;              /* of its step, from 1 */
	struct secret_values *secrets; /* of its step, or NULL */
	bool is_test;
	const struct container_place *place; /* or NULL */
	struct session_exit exit;
	uint64_t began_us;
	struct buf trail; /* of what it has run */
	struct files *files;
	uint32_t
		given_up; /* the last request of files that have failed: its answer is for nobody */
	const struct value *inherited; /* what was read before it began */
	const struct value *facts;     /* while the walk is told */
	struct question *question;     /* a value that is being looked up */
	int value_code;             /* why the last one could not be had, of common/error_codes.h */
	uint32_t asking;            /* the request that waits for it */
	const char *key;            /* of the image that is being made */
	const struct value *config; /* likewise */
	char *committed;
	const struct aside_events *aside; /* of what is done beside the nodes now, or NULL */
	void *aside_ctx;
	bool aside_facts; /* its result is what is to be printed */
};

/* Does what the machine's table says. */
void container_handle(struct container *container, enum machine_event event);

/* Remembers the first failure (err is taken) and tells the machine. */
void container_fail(struct container *container, struct error *err);

/* An engine's answer has come. True for one that comes to a container that has failed meanwhile: it
 * is discarded as soon as the last such answer is in. */
bool container_is_late(struct container *container);

/* Fails as an operation did. */
void container_engine_failed(struct container *container, const struct engine_result *result,
			     const char *what);

/* Fails it unless the agent's word brings it to another state in time. */
void container_expect(struct container *container);

/* Actions of lifecycle.c. */
void container_create(struct container *container);
void container_make_checkpoint(struct container *container);
void container_make_artifact(struct container *container);
void container_discard(struct container *container);
/* Once its files have the times that they are to have. */
void container_make_image(struct container *container);
/* With an engine operation under way the container can't be removed yet: its answer will do it. */
void container_abort(struct container *container);

/* Actions of work.c. */
void container_run_step(struct container *container);
void container_send_files(struct container *container);
void container_request_facts(struct container *container);
/* aside.c: what is heard of an aside. */
void aside_output(struct container *container, int stream, const char *data, size_t len);
void aside_drained(struct container *container);
void aside_result(struct container *container, const struct value *result);
void aside_ended(struct container *container, const struct session_exit *exit, struct error *err);

/* The handlers of what its session says. */
extern const struct session_events container_session_events;
/* Once nothing speaks against it: makes the working directory, and is ready. */
void container_get_ready(struct container *container);

/* Of traces.c: gets it ready where the engine has left nothing in it so far. */
void container_check_traces(struct container *container);

#endif
