/* One test's run: its services, where it has any, then a container of its own made from the
 * provisioned state. Nothing here waits; it goes on while the loop turns. */
#ifndef FACTORY_HOST_WALK_TRIAL_H
#define FACTORY_HOST_WALK_TRIAL_H

#include "host/container/container.h"

struct trial;

struct trial_events {
	/* Its container is ready: runs the test, or has it run later. NULL: it runs by itself. */
	void (*ready)(void *ctx, struct container *container, const struct node *test);
	/* As a container's `held`. */
	void (*held)(void *ctx, struct container *container, const struct node *test,
		     struct error *err);
	/* Only with setup->holds: its services did not start, so it has no container. It waits for
	 * trial_leave. */
	void (*alone)(void *ctx, const struct node *test, struct error *err);
	/* Its work is done, told once: err is NULL where the test has passed, and may be moved
	 * away. What is left of it goes by itself. */
	void (*ended)(void *ctx, struct trial *trial, struct error *err);
	/* What the test prints; may be NULL. */
	void (*output)(void *ctx, const char *data, size_t len);
};

/* All arguments must outlive it. `image` is what it is made from. */
struct trial *trial_start(const struct container_setup *setup, const char *image,
			  const struct node *test, const struct trial_events *events, void *ctx);

/* Ends it in order, as one that has passed. */
void trial_leave(struct trial *trial);

/* Ends it by force, with this message as its error; one whose work is done is left alone. */
void trial_interrupt(struct trial *trial, const char *why, int exit_code);

/* Whether it may be freed: its work is done, and nobody owes it an answer. */
bool trial_is_over(const struct trial *trial);
void trial_free(struct trial *trial);

#endif
