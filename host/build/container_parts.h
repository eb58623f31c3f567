/* What the files that make up a container share: container.c dispatches events to actions,
 * lifecycle.c has those that ask the engine, work.c those that ask the session. */
#ifndef FACTORY_HOST_BUILD_CONTAINER_PARTS_H
#define FACTORY_HOST_BUILD_CONTAINER_PARTS_H

#include "host/build/container.h"
#include "host/build/secrets.h"

struct container {
	const struct container_setup *setup;
	const struct container_events *events;
	void *ctx;
	enum machine_state state;
	const char *image;
	char *id; /* the engine's, once created */
	struct session *session;
	char *staging;
	bool has_shell;
	unsigned outstanding; /* engine operations that will still call back */
	struct error failure; /* why it is being discarded */

	const struct node *node;       /* the one being run */
	uint32_t request;              /* its RUN; of STARTING: the working directory's PUT */
	unsigned attempt;              /* of its step, from 1 */
	struct secret_values *secrets; /* of its step, or NULL */
	bool is_test;
	struct session_exit exit;
	uint64_t began_us;
	struct files *files;
	const struct value *facts; /* while the walk is told */
	struct question *question; /* a value that is being looked up */
	int value_code;            /* why the last one could not be had, of common/error_codes.h */
	uint32_t asking;           /* the request that waits for it */
	struct container_call call;   /* its verb is NULL: none */
	struct buf complaint;         /* what the call says on stderr */
	const struct value *inherited; /* reads */
	const char *key;           /* of the image that is being made */
	char *committed;
};

/* Does what the machine's table says. */
void container_handle(struct container *container, enum machine_event event);

/* Remembers the first failure (err is taken) and tells the machine. */
void container_fail(struct container *container, struct error *err);

/* Actions of lifecycle.c. */
void container_create(struct container *container);
void container_make_checkpoint(struct container *container);
void container_make_artifact(struct container *container);
void container_discard(struct container *container);
/* With an engine operation under way the container can't be removed yet: its answer will do it. */
void container_abort(struct container *container);

/* An action of tree.c, and what its session says of it. */
void container_call_tree(struct container *container);
void container_tree_output(struct container *container, int stream, const char *data, size_t len);
void container_tree_ended(struct container *container, const struct session_exit *status);

/* Actions of work.c, and the handlers of what its session says. */
void container_run_step(struct container *container);
void container_send_files(struct container *container);
void container_request_facts(struct container *container);
extern const struct session_events container_session_events;

#endif
