/* One container of a build: the machine (machine.h) with its engine, its session and the node it
 * works on. The walk owns it and sends it events; it tells the walk through callbacks. */
#ifndef FACTORY_HOST_CONTAINER_CONTAINER_H
#define FACTORY_HOST_CONTAINER_CONTAINER_H

#include "host/cache/uses.h"
#include "host/container/artifact.h"
#include "host/container/caches.h"
#include "host/container/machine.h"
#include "host/container/place.h"
#include "host/container/values.h"
#include "host/engine/engine.h"
#include "host/graph/graph.h"
#include "host/progress/report.h"
#include "host/session/session.h"

/* What all containers of a build share. */
struct container_setup {
	struct loop *loop;
	struct engine *engine;
	const struct manifest *manifest;
	const struct artifact *artifact; /* what the base's config means for steps and the result */
	struct values *values;
	struct report *report;
	struct site *site;          /* where the services of tests are; NULL: there are no tests */
	const char *toolbox;        /* the data container's name */
	const char *toolbox_volume; /* its volume, where that is mounted in /dev; else NULL */
	const char *const *fact_patterns;         /* NULL-terminated; NULL: all facts */
	bool holds;                               /* a container outlives a step that fails */
	const char *consul_direct, *consul_token; /* for an agent that asks by itself, else NULL */
	bool throwaway;                           /* nothing of what it makes is kept */
	const struct caches *caches;              /* that containers mount, or NULL */
	struct uses *uses;         /* takes what is kept by a key; NULL: nothing is */
	const char *trail;         /* of what led to the image that the chain begins at; or NULL */
	const struct value *reads; /* what the image that the chain begins at has read, or NULL */
};

struct container;

struct container_events {
	void (*ready)(void *ctx, struct container *container);
	void (*passed)(void *ctx, struct container *container, const struct node *node);
	void (*committed)(void *ctx, struct container *container, const char *image);
	void (*facts)(void *ctx, struct container *container, const struct value *facts);
	/* What a step prints, after the report has got it; may be NULL. */
	void (*output)(void *ctx, const char *data, size_t len);
	/* Only with setup->holds: the node failed, and the container is ready. */
	void (*held)(void *ctx, struct container *container, const struct node *node,
		     struct error *err);
	/* Once, last: err is NULL after an orderly end. */
	void (*ended)(void *ctx, struct container *container, struct error *err);
};

/* A container that is to be made from `image`; nothing happens before EVENT_START. `is_test`: it is
 * for a test's branch, and nothing of it is kept. */
struct container *container_new(const struct container_setup *setup, const char *image,
				bool is_test, const struct container_events *events, void *ctx);
void container_free(struct container *container);

/* Where it is to be started; NULL: alone, in the manifest's network. */
void container_put(struct container *container, const struct container_place *place);

/* Where it goes on from another's end: what that one has read and its trail (trail.h), which is
 * copied. Without, it begins where the chain does. */
void container_inherit(struct container *container, const struct value *reads, const char *trail);

/* Whether the engine still owes it an answer: it must not be freed before. */
bool container_is_waiting(const struct container *container);

void container_start(struct container *container);
/* Runs a files, task or test node. */
void container_run(struct container *container, const struct node *node);
/* Asks for facts. */
void container_ask_facts(struct container *container);
/* Makes an image of it that is found by a node's key (resume.h; NULL: by none): to go on from in
 * another build, or the artifact. The container is ready afterwards. */
void container_checkpoint(struct container *container, const char *key);
void container_commit(struct container *container, const char *key);
/* To what it runs now: a step, or an aside. False: it runs nothing. */
bool container_signal(struct container *container, int signal);
void container_stop(struct container *container);
/* Ends it by force, with this message as its error (not for containers that ended). */
void container_interrupt(struct container *container, const char *message, int exit_code);

/* Whether a step has left processes: an image would not have them. */
bool container_has_processes(const struct container *container);

/* What rendering has read from outside, in this container or before it: a list, or NULL. Lives as
 * long as the container. */
const struct value *container_reads(const struct container *container);

/* Of what it has run and inherited; likewise. */
const char *container_trail(const struct container *container);

#endif
