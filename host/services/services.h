/* What runs beside one test: a network of its own, and a container for each service, whose first
 * process is the agent: should the driver die, they end with it at once, and the engine removes
 * them. What is left then, a network that is empty, is removed by the next driver. */
#ifndef FACTORY_HOST_SERVICES_SERVICES_H
#define FACTORY_HOST_SERVICES_SERVICES_H

#include "host/container/place.h"
#include "host/manifest/services.h"
#include "host/progress/report.h"
#include "host/site/site.h"

struct services_setup {
	struct site *site; /* its toolbox is there */
	struct report *report;
	const char *owner; /* for people: the test's id */
	bool internal;     /* the network leads nowhere else */
};

struct services_events {
	void (*ready)(void *ctx); /* all of them: their place is known */
	/* One of them has failed, before or after they were ready; once. err may be moved away. */
	void (*failed)(void *ctx, struct error *err);
	void (*ended)(void *ctx); /* after services_stop, last: nothing of them is left */
};

struct services;

/* Looks for the images of a set, so that they are there when it starts. */
void services_prepare(struct site *site, const struct service_set *set, struct report *report);

/* Starts them, each when what it needs is there. All arguments must outlive them. */
struct services *services_start(const struct services_setup *setup, const struct service_set *set,
				const struct services_events *events, void *ctx);

/* Ends them, in any state; `ended` follows, from the loop. */
void services_stop(struct services *services);

/* Of those that are ready: lives as long as they do. */
const struct container_place *services_place(const struct services *services);

/* Shows the last lines that each has printed. */
void services_show_logs(const struct services *services);

/* Only of those that have ended, or where the loop does not turn any more. */
void services_free(struct services *services);

#endif
