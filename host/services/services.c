#include "host/services/services.h"

#include "common/memory.h"
#include "host/exit_codes.h"
#include "host/services/parts.h"

#include <string.h>

enum { LOOK_MS = 20, MOST_LINES = 20 };

void services_prepare(struct site *site, const struct service_set *set, struct report *report)
{
	for (size_t i = 0; i < set->count; i++)
		site_base(site, set->items[i].image, report);
}

static bool is_met(const struct services *services, const struct service_need *need)
{
	static const enum unit_state least[] = {
		[SERVICE_STARTED] = UNIT_RUNNING,
		[SERVICE_READY] = UNIT_READY,
		[SERVICE_COMPLETED] = UNIT_COMPLETED,
	};
	return services->units[need->number].state >= least[need->condition];
}

static bool can_start(const struct unit *unit)
{
	if (unit->state != UNIT_WAITING || !base_is_known(unit->base))
		return false;
	for (size_t i = 0; i < unit->service->need_count; i++)
		if (!is_met(unit->services, &unit->service->needs[i]))
			return false;
	return true;
}

static bool all_are_ready(const struct services *services)
{
	for (size_t i = 0; i < services->set->count; i++) {
		const struct unit *unit = &services->units[i];
		if (unit->state < (unit->service->ends ? UNIT_COMPLETED : UNIT_READY))
			return false;
	}
	return true;
}

static void on_time(void *ctx)
{
	struct services *services = ctx;
	services->timer = 0;
	services_go_on(services);
}

/* An image that is being pulled says nothing when it is there: it is looked for. */
static void look_again(struct services *services)
{
	bool waits = false;
	for (size_t i = 0; i < services->set->count; i++)
		waits |= !base_is_known(services->units[i].base);
	if (waits && !services->timer)
		services->timer = loop_after(services_loop(services), LOOK_MS, on_time, services);
}

static void start(struct services *services)
{
	if (!services->network_id || services->failed)
		return;
	for (size_t i = 0; i < services->set->count && !services->failed; i++)
		if (can_start(&services->units[i]))
			unit_start(&services->units[i]);
	look_again(services);
	if (services->failed || services->told_ready || !all_are_ready(services))
		return;
	services->told_ready = true;
	place_make(services);
	services->events->ready(services->ctx);
}

/* When all containers have gone the network can go. */
static void end(struct services *services)
{
	if (services->outstanding || services->timer || services->ended)
		return;
	if (services->network_id) {
		services_remove_network(services);
		return;
	}
	services->ended = true;
	services->events->ended(services->ctx);
}

void services_go_on(struct services *services)
{
	if (services->stopping_us)
		end(services);
	else
		start(services);
}

void services_fail(struct services *services, struct error *err)
{
	bool first = !services->failed && !services->stopping_us;
	services->failed = true;
	if (!err->exit_code)
		err->exit_code = EXIT_ENGINE;
	if (first)
		services->events->failed(services->ctx, err);
	error_clear(err);
}

struct services *services_start(const struct services_setup *setup, const struct service_set *set,
				const struct services_events *events, void *ctx)
{
	struct services *services = mem_alloc(sizeof *services);
	services->setup = setup;
	services->set = set;
	services->events = events;
	services->ctx = ctx;
	services->units = arena_alloc(&services->arena, set->count * sizeof *services->units);
	for (size_t i = 0; i < set->count; i++)
		services->units[i] = (struct unit){
			.services = services,
			.service = &set->items[i],
			.base = site_base(setup->site, set->items[i].image, setup->report)};
	services_sweep(services);
	services_make_network(services);
	return services;
}

/* What comes back later finds nothing to do; `ended` must not be told from here. */
void services_stop(struct services *services)
{
	if (services->stopping_us)
		return;
	services->stopping_us = loop_now_us();
	for (size_t i = 0; i < services->set->count; i++)
		unit_stop(&services->units[i]);
	loop_cancel(services_loop(services), services->timer);
	services->timer = loop_after(services_loop(services), 0, on_time, services);
}

const struct container_place *services_place(const struct services *services)
{
	return &services->place;
}

/* The begin of the last lines. */
static const char *last_lines(const char *text, size_t len)
{
	const char *at = text + len;
	if (at > text && at[-1] == '\n')
		at--;
	for (int lines = 0; at > text; at--) {
		lines += at[-1] == '\n';
		if (lines == MOST_LINES)
			break;
	}
	return at;
}

static void show_log(const struct unit *unit)
{
	struct report *report = unit->services->setup->report;
	const char *text = buf_text(&unit->log);
	report_notice(report, "%s: the service %s%s", unit->services->setup->owner,
		      unit->service->name, *text ? " printed last:" : " printed nothing");
	for (const char *line = last_lines(text, strlen(text)); *line;) {
		size_t len = strcspn(line, "\n");
		report_notice(report, "%8s | %.*s", unit->service->name, (int)len, line);
		line += len + (line[len] == '\n');
	}
}

void services_show_logs(const struct services *services)
{
	for (size_t i = 0; i < services->set->count; i++)
		if (services->units[i].state > UNIT_STARTING)
			show_log(&services->units[i]);
}

void services_free(struct services *services)
{
	if (!services)
		return;
	for (size_t i = 0; i < services->set->count; i++)
		unit_free(&services->units[i]);
	loop_cancel(services_loop(services), services->timer);
	arena_free(&services->arena);
	free(services->network);
	free(services->network_id);
	free(services);
}
