/* What the files that run services share: services.c has the set, network.c where it is, unit.c the
 * container of one, check.c whether that is ready, place.c what the test is told. */
#ifndef FACTORY_HOST_SERVICES_PARTS_H
#define FACTORY_HOST_SERVICES_PARTS_H

#include "host/engine/turns.h"
#include "host/services/owner.h"
#include "host/services/services.h"
#include "host/session/session.h"

enum unit_state {
	UNIT_WAITING, /* for its image, and for what it needs */
	UNIT_STARTING,
	UNIT_RUNNING, /* its command runs */
	UNIT_READY,
	UNIT_COMPLETED,
};

struct unit {
	struct services *services;
	const struct service *service;
	const struct base *base;    /* its image */
	const struct value *config; /* the image's, once it is known */
	struct service_check check; /* its own, the image's, or one by its port */
	enum unit_state state;
	struct engine_turn turn; /* while it is STARTING */
	char *id, *address;
	struct session *session;
	bool greeted, has_shell;
	uint32_t command, trial; /* requests: its command, and a look whether it is ready */
	uint32_t next, deadline; /* timers: the next look, and the last */
	uint64_t began_us;
	struct buf log;  /* the end of what it printed */
	struct buf said; /* what the last look printed */
};

struct services {
	const struct services_setup *setup;
	const struct service_set *set;
	const struct services_events *events;
	void *ctx;
	struct unit *units;   /* as many as the set has */
	char *network;        /* its name, from the begin */
	char *network_id;     /* once it is there */
	unsigned outstanding; /* operations of the engine that will still call back */
	uint32_t timer;       /* until it is looked again: for images, for an empty network */
	uint64_t stopping_us; /* since when; 0: it is not */
	bool told_ready, failed, ended;
	struct container_place place;
	struct arena arena;
};

static inline struct engine *services_engine(const struct services *services)
{
	return services->setup->site->engine;
}

static inline struct loop *services_loop(const struct services *services)
{
	return services->setup->site->loop;
}

/* Starts what can start, tells when all are ready, and goes on with stopping. */
void services_go_on(struct services *services);

/* The first failure is told; err is taken. */
void services_fail(struct services *services, struct error *err);

/* network.c */
void services_make_network(struct services *services);
void services_remove_network(struct services *services);
/* Removes empty networks of drivers that have gone. */
void services_sweep(struct services *services);

/* unit.c */
void unit_start(struct unit *unit);
void unit_stop(struct unit *unit);
void unit_free(struct unit *unit);
/* The first port it listens on; 0: none is known. */
unsigned unit_port(const struct unit *unit);
const char *const *unit_environment(const struct unit *unit, struct arena *arena);
void unit_fail(struct unit *unit, struct error *err);
/* Its `user` and `workdir`, or the image's; NULL: neither says. */
const char *unit_user(const struct unit *unit);
const char *unit_workdir(const struct unit *unit);

/* check.c: gives it up unless it is left in time: its agent has said hello. */
void check_await_agent(struct unit *unit);
/* Begins to look; later what a look came to. */
void check_begin(struct unit *unit);
void check_ended(struct unit *unit, const struct session_exit *status, const char *why);
void check_stop(struct unit *unit);

/* place.c */
const char *const *place_hosts(struct services *services);
void place_make(struct services *services);

#endif
