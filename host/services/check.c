/* Whether a service is ready: looked at again and again, until its time is over. */
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/services/parts.h"

#include <string.h>

/* Docker's own check of an image: {"Test": ["CMD-SHELL", LINE]}, times in nanoseconds. */
static bool image_check(const struct unit *unit, struct service_check *check, struct arena *arena)
{
	const struct value *test = value_path(unit->config, "Healthcheck.Test");
	size_t count = value_is(test, VALUE_LIST) ? test->list.len : 0;
	const char *how = count > 1 ? value_text(test->list.items[0]) : NULL;
	if (how && strcmp(how, "CMD-SHELL") == 0 && unit->has_shell) {
		check->run = value_text(test->list.items[1]);
		return check->run != NULL;
	}
	if (!how || strcmp(how, "CMD") != 0)
		return false;
	struct value *argv = value_list(arena);
	for (size_t i = 1; i < count; i++)
		value_append(arena, argv, test->list.items[i]);
	check->argv = argv;
	return true;
}

static struct service_check choose(const struct unit *unit, struct arena *arena)
{
	struct service_check check = unit->service->ready;
	if (unit->service->has_check)
		return check;
	if (image_check(unit, &check, arena))
		return check;
	check.tcp = unit_port(unit);
	check.none = !check.tcp;
	return check;
}

static const char *const *probe(const struct unit *unit, struct arena *arena)
{
	const struct service_check *check = &unit->check;
	const char **argv = arena_alloc(arena, 6 * sizeof *argv);
	const char *http = check->http, *port = "";
	argv[0] = "/tools/agent";
	argv[1] = "probe";
	argv[2] = http ? "http" : "tcp";
	if (http && *http == '/' && unit_port(unit))
		port = arena_printf(arena, ":%u", unit_port(unit));
	argv[3] = http ? arena_printf(arena, "http://%s%s%s", unit->address, port, http)
		       : unit->address;
	argv[4] = http ? NULL : arena_printf(arena, "%u", check->tcp);
	return argv;
}

static const char *const *words_of(const struct value *list, struct arena *arena)
{
	const char **argv = arena_alloc(arena, (list->list.len + 1) * sizeof *argv);
	for (size_t i = 0; i < list->list.len; i++)
		argv[i] = value_text(list->list.items[i]);
	return argv;
}

static void look(struct unit *unit)
{
	auto_arena struct arena arena = {0};
	const struct service_check *check = &unit->check;
	struct session_run run = {.shell = check->run,
				  .env = unit_environment(unit, &arena),
				  .cwd = unit_workdir(unit),
				  .user = unit_user(unit),
				  .timeout_ms = check->try_ms};
	if (!check->run)
		run.argv = check->argv ? words_of(check->argv, &arena) : probe(unit, &arena);
	buf_clear(&unit->said);
	unit->trial = session_run(unit->session, &run);
}

static void on_next(void *ctx)
{
	struct unit *unit = ctx;
	unit->next = 0;
	look(unit);
}

/* What the last look said: its last line. */
static const char *last_line(struct unit *unit)
{
	const char *all = buf_text(&unit->said);
	size_t len = strlen(all);
	while (len && all[len - 1] == '\n')
		len--;
	char *text = arena_strndup(&unit->services->arena, all, len);
	const char *newline = strrchr(text, '\n');
	return newline ? newline + 1 : text;
}

static void on_deadline(void *ctx)
{
	struct unit *unit = ctx;
	struct error err = {0};
	const char *line = last_line(unit);
	const struct position *at = &unit->check.at;
	unit->deadline = 0;
	error_set(&err, "was not ready within %.1f s%s%s", (double)unit->check.timeout_ms / 1e3,
		  *line ? ": " : "", line);
	error_class(&err, EXIT_STEP, ERROR_STEP_SERVICE);
	error_place(&err, at->file, at->line, at->column);
	unit_fail(unit, &err);
}

static void on_silence(void *ctx)
{
	struct unit *unit = ctx;
	struct error err = {0};
	unit->deadline = 0;
	error_set(&err, "its agent says nothing: given up after %.0f s",
		  (double)engine_patience(services_engine(unit->services)) / 1e3);
	error_class(&err, EXIT_AGENT, ERROR_AGENT_GONE);
	unit_fail(unit, &err);
}

void check_await_agent(struct unit *unit)
{
	unit->deadline =
		loop_after(services_loop(unit->services),
			   engine_patience(services_engine(unit->services)), on_silence, unit);
}

static void is_ready(struct unit *unit)
{
	check_stop(unit);
	unit->state = UNIT_READY;
	report_notice(unit->services->setup->report, "%s: %s is ready after %.2f s",
		      unit->services->setup->owner, unit->service->name,
		      (double)(loop_now_us() - unit->began_us) / 1e6);
}

void check_begin(struct unit *unit)
{
	struct arena *arena = &unit->services->arena;
	unit->check = choose(unit, arena);
	if (unit->service->ends) /* it is not there to be ready */
		return;
	if (unit->check.none) {
		is_ready(unit);
		return;
	}
	unit->deadline = loop_after(services_loop(unit->services), unit->check.timeout_ms,
				    on_deadline, unit);
	look(unit);
}

void check_ended(struct unit *unit, const struct session_exit *status, const char *why)
{
	unit->trial = 0;
	if (unit->state != UNIT_RUNNING || !unit->deadline)
		return;
	if (status && !status->signalled && !status->timed_out && !status->code) {
		is_ready(unit);
		services_go_on(unit->services);
		return;
	}
	if (why)
		buf_puts(&unit->said, why);
	unit->next =
		loop_after(services_loop(unit->services), unit->check.interval_ms, on_next, unit);
}

void check_stop(struct unit *unit)
{
	loop_cancel(services_loop(unit->services), unit->next);
	loop_cancel(services_loop(unit->services), unit->deadline);
	unit->next = unit->deadline = 0;
}
