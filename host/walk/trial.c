#include "host/walk/trial.h"

#include "common/memory.h"
#include "host/services/services.h"

#include <string.h>

struct trial {
	const struct container_setup *setup;
	const char *image;
	const struct node *test;
	const struct trial_events *events;
	void *ctx;
	struct services_setup services_setup;
	struct services *services;   /* NULL: it has none */
	struct container *container; /* NULL: not yet, or its services failed */
	bool is_done;                /* its end was told */
	bool is_interrupted;         /* whatever it says then is not its own fault */
	bool container_ended, services_ended;
};

static void tell(struct trial *trial, struct error *err)
{
	if (trial->is_done)
		return;
	trial->is_done = true;
	if (trial->services)
		services_stop(trial->services);
	trial->events->ended(trial->ctx, trial, err);
}

/* --- its container --- */

static void on_ready(void *ctx, struct container *container)
{
	const struct trial *trial = ctx;
	if (trial->events->ready)
		trial->events->ready(trial->ctx, container, trial->test);
	else
		container_run(container, trial->test);
}

void trial_leave(struct trial *trial)
{
	if (trial->container)
		container_stop(trial->container);
	tell(trial, NULL);
}

static void on_passed(void *ctx, struct container *container, const struct node *node)
{
	(void)container;
	(void)node;
	trial_leave(ctx);
}

static void on_held(void *ctx, struct container *container, const struct node *node,
		    struct error *err)
{
	const struct trial *trial = ctx;
	trial->events->held(trial->ctx, container, node, err);
}

static void on_output(void *ctx, const char *data, size_t len)
{
	const struct trial *trial = ctx;
	if (trial->events->output)
		trial->events->output(trial->ctx, data, len);
}

static void on_ended(void *ctx, struct container *container, struct error *err)
{
	struct trial *trial = ctx;
	(void)container;
	trial->container_ended = true;
	if (err && trial->services && !trial->is_done && !trial->is_interrupted)
		services_show_logs(trial->services);
	tell(trial, err);
}

static const struct container_events container_handlers = {.ready = on_ready,
							   .passed = on_passed,
							   .held = on_held,
							   .output = on_output,
							   .ended = on_ended};

static void start_container(struct trial *trial, const struct container_place *place)
{
	trial->container =
		container_new(trial->setup, trial->image, true, &container_handlers, trial);
	container_put(trial->container, place);
	container_start(trial->container);
}

/* --- its services --- */

static void on_services(void *ctx)
{
	struct trial *trial = ctx;
	start_container(trial, services_place(trial->services));
}

/* One that ends while the test runs: that may be what the test is about. */
static void on_services_failed(void *ctx, struct error *err)
{
	struct trial *trial = ctx;
	struct report *report = trial->setup->report;
	if (trial->container) {
		report_notice(report, "%s: %s", trial->test->id, err->message);
		return;
	}
	services_show_logs(trial->services);
	report_begin(report, trial->test);
	report_failure(report, trial->test, err);
	if (trial->setup->holds)
		trial->events->alone(trial->ctx, trial->test, err);
	else
		tell(trial, err);
}

static void on_services_ended(void *ctx)
{
	((struct trial *)ctx)->services_ended = true;
}

static const struct services_events services_handlers = {
	.ready = on_services, .failed = on_services_failed, .ended = on_services_ended};

static void start_services(struct trial *trial, const struct service_set *set)
{
	const struct manifest *manifest = trial->setup->manifest;
	bool none = manifest->network && strcmp(manifest->network, "none") == 0;
	trial->services_setup = (struct services_setup){
		.site = trial->setup->site,
		.report = trial->setup->report,
		.owner = trial->test->id,
		.internal = none || manifest->limits.no_network,
	};
	trial->services = services_start(&trial->services_setup, set, &services_handlers, trial);
}

struct trial *trial_start(const struct container_setup *setup, const char *image,
			  const struct node *test, const struct trial_events *events, void *ctx)
{
	const struct service_set *set = test->step->services;
	struct trial *trial = mem_alloc(sizeof *trial);
	trial->setup = setup;
	trial->image = image;
	trial->test = test;
	trial->events = events;
	trial->ctx = ctx;
	if (set && set->count)
		start_services(trial, set);
	else
		start_container(trial, NULL);
	return trial;
}

void trial_interrupt(struct trial *trial, const char *why, int exit_code)
{
	struct error err = {0};
	if (trial->is_done)
		return;
	trial->is_interrupted = true;
	if (trial->container) {
		container_interrupt(trial->container, why, exit_code);
		return;
	}
	error_set(&err, "%s", why);
	err.exit_code = exit_code;
	tell(trial, &err);
	error_clear(&err);
}

/* A container that was told to end needs no further help; but a network can't go before it. */
bool trial_is_over(const struct trial *trial)
{
	if (!trial->is_done || (trial->container && container_is_waiting(trial->container)))
		return false;
	return !trial->services || trial->services_ended;
}

void trial_free(struct trial *trial)
{
	if (!trial)
		return;
	container_free(trial->container);
	services_free(trial->services);
	free(trial);
}
