/* The container of one service: made, started, its command run by the agent. */
#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/services/parts.h"

#include <string.h>

enum { LONGEST_LOG = 16 << 10 };

/* It is neither started nor looked at any more; its agent is not waited for. */
static void leave(struct unit *unit)
{
	engine_turn_give(services_engine(unit->services), &unit->turn);
	check_stop(unit);
}

void unit_fail(struct unit *unit, struct error *err)
{
	const struct position *at = &unit->service->at;
	leave(unit);
	error_wrap(err, "the service %s", unit->service->name);
	error_place(err, at->file, at->line, at->column);
	services_fail(unit->services, err);
}

static void fail(struct unit *unit, const struct engine_result *result, const char *what)
{
	struct error err = {0};
	error_move(&err, result->error);
	error_wrap(&err, "%s", what);
	unit_fail(unit, &err);
}

/* An answer of the engine: true where there is nothing to do any more. */
static bool is_late(struct unit *unit)
{
	struct services *services = unit->services;
	services->outstanding--;
	if (!services->stopping_us)
		return services->failed;
	services_go_on(services);
	return true;
}

/* --- what its image says, under what the manifest says --- */

static const struct value *config_list(const struct unit *unit, const char *key)
{
	const struct value *list = value_get(unit->config, key);
	return value_is(list, VALUE_LIST) && list->list.len ? list : NULL;
}

static const char *config_text(const struct unit *unit, const char *key)
{
	const char *text = value_text(value_get(unit->config, key));
	return text && *text ? text : NULL;
}

unsigned unit_port(const struct unit *unit)
{
	const struct value *own = unit->service->ports;
	const struct value *exposed = value_get(unit->config, "ExposedPorts");
	unsigned least = 0;
	if (own)
		return own->list.len ? (unsigned)own->list.items[0]->integer : 0;
	for (size_t i = 0; value_is(exposed, VALUE_MAP) && i < exposed->map.len; i++) {
		char *end;
		unsigned long port = strtoul(exposed->map.entries[i].key, &end, 10);
		bool tcp = !*end || strcmp(end, "/tcp") == 0;
		if (tcp && port && port < 65536 && (!least || port < least))
			least = (unsigned)port;
	}
	return least;
}

const char *const *unit_environment(const struct unit *unit, struct arena *arena)
{
	const struct value *base = config_list(unit, "Env"), *own = unit->service->env;
	size_t count = (base ? base->list.len : 0) + (own ? own->map.len : 0), used = 0;
	const char **env = arena_alloc(arena, (count + 1) * sizeof *env);
	for (size_t i = 0; base && i < base->list.len; i++)
		if (value_text(base->list.items[i]))
			env[used++] = value_text(base->list.items[i]);
	for (size_t i = 0; own && i < own->map.len; i++)
		env[used++] = arena_printf(arena, "%s=%s", own->map.entries[i].key,
					   value_text(own->map.entries[i].value));
	return env;
}

static size_t add_words(const char **argv, size_t used, const struct value *list)
{
	for (size_t i = 0; list && i < list->list.len; i++)
		if (value_text(list->list.items[i]))
			argv[used++] = value_text(list->list.items[i]);
	return used;
}

/* As in Docker, a new entrypoint makes the image's command meaningless. */
static const char *const *command_of(const struct unit *unit, struct arena *arena)
{
	const struct service *service = unit->service;
	const struct value *entrypoint = service->entrypoint, *command = service->command;
	if (!command && !entrypoint)
		command = config_list(unit, "Cmd");
	if (!entrypoint)
		entrypoint = config_list(unit, "Entrypoint");
	size_t count = (entrypoint ? entrypoint->list.len : 0) + (command ? command->list.len : 0);
	const char **argv = arena_alloc(arena, (count + 1) * sizeof *argv);
	add_words(argv, add_words(argv, 0, entrypoint), command);
	return argv;
}

/* --- its command --- */

const char *unit_user(const struct unit *unit)
{
	return unit->service->user ? unit->service->user : config_text(unit, "User");
}

const char *unit_workdir(const struct unit *unit)
{
	return unit->service->workdir ? unit->service->workdir : config_text(unit, "WorkingDir");
}

static void run(struct unit *unit)
{
	auto_arena struct arena arena = {0};
	struct session_run run = {.argv = command_of(unit, &arena),
				  .env = unit_environment(unit, &arena),
				  .cwd = unit_workdir(unit),
				  .user = unit_user(unit)};
	struct error err = {0};
	leave(unit);
	if (!*run.argv) {
		error_set(&err, "the image %s has no command: give it one by `command:`",
			  unit->service->image);
		error_class(&err, EXIT_STEP, ERROR_STEP_SERVICE);
		unit_fail(unit, &err);
		return;
	}
	unit->command = session_run(unit->session, &run);
	unit->state = UNIT_RUNNING;
	check_begin(unit);
	services_go_on(unit->services);
}

/* It must be known where it is, and that the agent listens. */
static void run_when_there(struct unit *unit)
{
	if (unit->state == UNIT_STARTING && unit->greeted && unit->address)
		run(unit);
}

static void on_hello(void *ctx, const struct session_hello *hello)
{
	struct unit *unit = ctx;
	unit->greeted = true;
	unit->has_shell = hello->shell != NULL;
	run_when_there(unit);
}

static void on_output(void *ctx, uint32_t id, int stream, const char *data, size_t len)
{
	struct unit *unit = ctx;
	(void)stream;
	if (id == unit->command)
		buf_add_end(&unit->log, data, len, LONGEST_LOG);
	else if (id == unit->trial)
		buf_add_end(&unit->said, data, len, LONGEST_LOG);
}

/* What it was there for has been done, or it has ended too early. */
static void command_ended(struct unit *unit, const struct session_exit *status)
{
	struct error err = {0};
	if (unit->service->ends && !status->signalled && !status->code) {
		check_stop(unit);
		unit->state = UNIT_COMPLETED;
		services_go_on(unit->services);
		return;
	}
	if (status->signalled)
		error_set(&err, "was killed by signal %d", status->code);
	else
		error_set(&err, "ended with exit code %d%s", status->code,
			  unit->state == UNIT_READY ? "" : " before it was ready");
	error_class(&err, EXIT_STEP, ERROR_STEP_SERVICE);
	unit_fail(unit, &err);
}

static void on_ended(void *ctx, uint32_t id, const struct session_exit *status)
{
	struct unit *unit = ctx;
	if (id == unit->command)
		command_ended(unit, status);
	else if (id == unit->trial)
		check_ended(unit, status, NULL);
}

static void on_failed(void *ctx, uint32_t id, struct error *failure)
{
	struct unit *unit = ctx;
	struct error err = {0};
	if (id == unit->trial) {
		check_ended(unit, NULL, failure->message);
		return;
	}
	error_move(&err, failure);
	unit_fail(unit, &err);
}

static void on_closed(void *ctx, struct error *failure)
{
	struct unit *unit = ctx;
	struct error err = {0};
	if (failure)
		error_move(&err, failure);
	else
		error_set(&err, "its agent has ended");
	error_class(&err, EXIT_AGENT, ERROR_AGENT_GONE);
	unit_fail(unit, &err);
}

static void on_result(void *ctx, uint32_t id, const struct value *result)
{
	(void)ctx;
	(void)id;
	(void)result;
}

static void on_want(void *ctx, uint32_t id, const struct value *want)
{
	struct unit *unit = ctx;
	(void)want;
	session_value(unit->session, id, NULL, "a service has no values");
}

static const struct session_events session_handlers = {
	.hello = on_hello,
	.output = on_output,
	.ended = on_ended,
	.result = on_result,
	.failed = on_failed,
	.want = on_want,
	.closed = on_closed,
};

/* --- its container --- */

static void inspected(void *ctx, const struct engine_result *result)
{
	struct unit *unit = ctx;
	struct error err = {0};
	if (is_late(unit))
		return;
	if (result->status != ENGINE_OK) {
		fail(unit, result, "can't look at its container");
		return;
	}
	const struct value *networks = value_path(result->body, "NetworkSettings.Networks");
	const struct value *ours = value_get(networks, unit->services->network);
	const char *address = value_text(value_get(ours, "IPAddress"));
	if (!address || !*address) {
		error_set(&err, "the engine gave it no address");
		unit_fail(unit, &err);
		return;
	}
	unit->address = mem_strdup(address);
	run_when_there(unit);
}

static void started(void *ctx, const struct engine_result *result)
{
	struct unit *unit = ctx;
	if (is_late(unit))
		return;
	if (result->status != ENGINE_OK) {
		fail(unit, result, "can't start its container");
		return;
	}
	check_await_agent(unit);
	unit->services->outstanding++;
	engine_inspect(services_engine(unit->services), unit->id, inspected, unit);
}

static void attached(void *ctx, const struct engine_result *result)
{
	struct unit *unit = ctx;
	if (is_late(unit))
		return;
	if (result->status != ENGINE_OK) {
		fail(unit, result, "can't attach to its container");
		return;
	}
	unit->services->outstanding++;
	engine_start(services_engine(unit->services), unit->id, started, unit);
}

static void removed(void *ctx, const struct engine_result *result)
{
	struct unit *unit = ctx;
	(void)result; /* the engine removes it anyway when the agent has ended */
	unit->services->outstanding--;
	services_go_on(unit->services);
}

static void remove_container(struct unit *unit)
{
	unit->services->outstanding++;
	engine_remove(services_engine(unit->services), unit->id, removed, unit);
}

static void created(void *ctx, const struct engine_result *result)
{
	struct unit *unit = ctx;
	if (result->status == ENGINE_OK)
		unit->id = mem_strdup(result->id);
	if (unit->id && unit->services->stopping_us)
		remove_container(unit);
	if (is_late(unit))
		return;
	if (result->status != ENGINE_OK) {
		fail(unit, result, "can't create its container");
		return;
	}
	unit->session = session_new(&session_handlers, unit);
	unit->services->outstanding++;
	session_attach(unit->session, services_engine(unit->services), unit->id, attached, unit);
}

static const struct engine_volume *volumes_of(const struct service *service, struct arena *arena)
{
	struct engine_volume *volumes =
		arena_alloc(arena, (service->mount_count + 1) * sizeof *volumes);
	for (size_t i = 0; i < service->mount_count; i++)
		volumes[i] = (struct engine_volume){.source = service->mounts[i].source,
						    .target = service->mounts[i].target,
						    .read_only = service->mounts[i].read_only};
	return volumes;
}

static void create(void *ctx)
{
	static const char *const agent[] = {"/tools/agent", "session", NULL}, *const none[] = {
										      NULL};
	struct unit *unit = ctx;
	struct services *services = unit->services;
	const struct service *service = unit->service;
	auto_arena struct arena arena = {0};
	struct engine_container spec = {
		.image = service->image,
		.entrypoint = agent,
		.command = none,
		.user = "0:0",
		.volumes_from = arena_printf(&arena, "%s:ro", services->setup->site->toolbox),
		.volumes = volumes_of(service, &arena),
		.volume_count = service->mount_count,
		.network = services->network,
		.alias = service->name,
		.hosts = place_hosts(services),
		.no_healthcheck = value_get(unit->config, "Healthcheck") != NULL,
		.session = true};
	unit->began_us = loop_now_us();
	services->outstanding++;
	engine_create(services_engine(services), &spec, created, unit);
}

void unit_start(struct unit *unit)
{
	struct error err = {0};
	const struct value *image = base_inspected(unit->base, &err);
	unit->state = UNIT_STARTING;
	if (!image) {
		unit_fail(unit, &err);
		return;
	}
	unit->config = value_get(image, "Config");
	report_notice(unit->services->setup->report, "%s: starting %s (%s)",
		      unit->services->setup->owner, unit->service->name, unit->service->image);
	engine_turn_await(services_engine(unit->services), &unit->turn, create, unit);
}

void unit_stop(struct unit *unit)
{
	leave(unit);
	session_free(STEAL(unit->session));
	if (unit->id)
		remove_container(unit);
}

void unit_free(struct unit *unit)
{
	leave(unit);
	session_free(STEAL(unit->session));
	buf_free(&unit->log);
	buf_free(&unit->said);
	free(unit->id);
	free(unit->address);
}
