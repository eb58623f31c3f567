/* A container's work, over its session: steps, files, facts. */
#include "host/container/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/container/files.h"
#include "host/exit_codes.h"

#include <string.h>

/* A container without a guide ends with its node. */
static void fail_node(struct container *container, int exit_code, struct error *err)
{
	if (!err->exit_code)
		err->exit_code = exit_code;
	if (!container->setup->holds) {
		container_fail(container, err);
		return;
	}
	error_clear(&container->held);
	error_move(&container->held, err);
	container_handle(container, EVENT_HELD);
}

static void fail_step(struct container *container, struct error *err)
{
	const struct position *at = &container->node->step->at;
	error_place(err, at->file, at->line, at->column);
	fail_node(container, EXIT_STEP, err);
}

/* Answers to what was sent so far may still come. */
static void fail_files(struct container *container, struct error *err)
{
	if (container->setup->holds)
		container->given_up = files_give_up(container->files);
	fail_node(container, EXIT_RENDER, err);
}

/* A working directory that the manifest names is made; the base image's is there. */
static uint32_t make_workdir(struct container *container, const char *path)
{
	struct session_put put = {.path = path,
				  .kind = "directory",
				  .mode = 0755,
				  .user = container->setup->artifact->user};
	return session_put(container->session, &put);
}

static void on_hello(void *ctx, const struct session_hello *hello)
{
	struct container *container = ctx;
	container->staging = mem_strdup(hello->staging);
	container->has_shell = hello->shell != NULL;
	if (container->setup->manifest->traceless && !container->is_test)
		container_check_traces(container);
	else
		container_get_ready(container);
}

void container_get_ready(struct container *container)
{
	if (container->setup->manifest->workdir)
		container->request = make_workdir(container, container->setup->manifest->workdir);
	else
		container_handle(container, EVENT_READY);
}

static const char *step_user(const struct container *container, const struct step *step)
{
	return step->user ? step->user : container->setup->artifact->user;
}

/* Before anything is said of the step: its own text may have them. */
static int read_secrets(struct container *container, const struct step *step, struct error *err)
{
	secret_values_free(STEAL(container->secrets));
	container->secrets = secret_values_new(step, container->staging, err);
	for (size_t i = 0; container->secrets && i < step->secrets.count; i++) {
		const struct buf *value = secret_values_get(container->secrets, i);
		report_hide(container->setup->report, value->data, value->len);
	}
	return error_is_set(err) ? -1 : 0;
}

/* Secrets go into the step's environment, or into files on the staging tmpfs: never into what the
 * engine knows of the container. */
static void put_secrets(struct container *container, const struct step *step,
			struct value *variables, struct arena *arena)
{
	for (size_t i = 0; container->secrets && i < step->secrets.count; i++) {
		const struct buf *value = secret_values_get(container->secrets, i);
		const char *path = secret_values_path(container->secrets, i);
		struct session_put put = {.path = path,
					  .kind = "file",
					  .mode = 0400,
					  .user = step_user(container, step),
					  .data = value->data,
					  .len = value->len};
		if (path)
			session_put(container->session, &put);
		value_set(arena, variables, step->secrets.items[i].name,
			  value_string(arena, path ? path : value->data));
	}
}

/* Those of services, where neither the manifest nor the step says otherwise. */
static void put_addresses(const struct container *container, const struct step *step,
			  struct value *variables, struct arena *arena)
{
	const struct value *env = container->place ? container->place->env : NULL;
	for (size_t i = 0; env && i < env->map.len; i++) {
		const struct value_entry *entry = &env->map.entries[i];
		if (!value_get(step->env, entry->key) &&
		    !value_get(container->setup->manifest->env, entry->key))
			value_set(arena, variables, entry->key, entry->value);
	}
}

static void drop_secrets(struct container *container)
{
	const struct step *step = container->node->step;
	for (size_t i = 0; container->secrets && i < step->secrets.count; i++)
		if (secret_values_path(container->secrets, i))
			session_remove(container->session,
				       secret_values_path(container->secrets, i));
}

static void try_step(struct container *container)
{
	const struct step *step = container->node->step;
	const struct artifact *artifact = container->setup->artifact;
	auto_arena struct arena arena = {0};
	struct value *variables = value_map(&arena);
	put_addresses(container, step, variables, &arena);
	put_secrets(container, step, variables, &arena);
	struct session_run run = {.shell = step->run,
				  .env = artifact_environment(artifact, step, variables, &arena),
				  .cwd = step->workdir ? step->workdir : artifact->workdir,
				  .user = step_user(container, step),
				  .timeout_ms = step->timeout_ms};
	container->request = session_run(container->session, &run);
}

void container_run_step(struct container *container)
{
	const struct step *step = container->node->step;
	struct error err = {0};
	int status = read_secrets(container, step, &err);
	report_begin(container->setup->report, container->node);
	container->began_us = loop_now_us();
	container->attempt = 1;
	if (status < 0) {
		fail_step(container, &err);
		return;
	}
	if (!container->has_shell) {
		error_set(&err, "the target has no shell to run '%s': no /bin/sh in %s", step->name,
			  container->image);
		error_class(&err, EXIT_STEP, ERROR_STEP_SHELL);
		fail_step(container, &err);
		return;
	}
	if (step->workdir)
		make_workdir(container, step->workdir);
	try_step(container);
}

static void tell_output(struct container *container, const char *data, size_t len)
{
	report_output(container->setup->report, container->node, data, len);
	if (container->events->output)
		container->events->output(container->ctx, data, len);
}

static void on_output(void *ctx, uint32_t id, int stream, const char *data, size_t len)
{
	struct container *container = ctx;
	if (container->aside && id == container->request)
		aside_output(container, stream, data, len);
	else if (container->node && id == container->request)
		tell_output(container, data, len);
}

static void on_data(void *ctx, uint32_t id, const char *data, size_t len)
{
	struct container *container = ctx;
	if (container->aside && id == container->request)
		aside_output(container, 1, data, len);
}

static void describe_failure(const struct container *container, const struct session_exit *status,
			     struct error *err)
{
	const char *id = container->node->id, *name = container->node->label;
	const char *full = status->disk_full ? " (the engine's disk is full)" : "";
	if (status->timed_out)
		error_set(err, "%s timed out after %.1f s%s: %s", id, (double)status->wall_us / 1e6,
			  full, name);
	else if (status->signalled)
		error_set(err, "%s was killed by signal %d (%s)%s: %s", id, status->code,
			  strsignal(status->code), full, name);
	else
		error_set(err, "%s failed with exit code %d%s: %s", id, status->code, full, name);
	error_class(err, EXIT_STEP,
		    status->timed_out   ? ERROR_STEP_TIMEOUT
		    : status->signalled ? ERROR_STEP_KILLED
					: ERROR_STEP_FAILED);
}

/* Tried again, or told and forgotten, or the end. */
static void step_failed(struct container *container, const struct session_exit *status)
{
	const struct step *step = container->node->step;
	struct report *report = container->setup->report;
	struct error err = {0};
	describe_failure(container, status, &err);
	if (container->attempt <= step->retries) {
		container->attempt++;
		report_notice(report, "%s: attempt %u of %u", err.message, container->attempt,
			      step->retries + 1);
		error_clear(&err);
		try_step(container);
	} else if (step->ignore_errors) {
		report_notice(report, "%s: ignored, for the step says so", err.message);
		error_clear(&err);
		container_handle(container, EVENT_PASSED);
	} else {
		fail_step(container, &err);
	}
}

static void on_ended(void *ctx, uint32_t id, const struct session_exit *status)
{
	struct container *container = ctx;
	if (container->aside && id == container->request) {
		aside_ended(container, status, NULL);
		return;
	}
	if (!container->node || id != container->request)
		return;
	container->exit = *status;
	drop_secrets(container);
	if (status->timed_out || status->signalled || status->code)
		step_failed(container, status);
	else
		container_handle(container, EVENT_PASSED);
}

static void tell_upload(const struct container *container, bool over)
{
	struct progress_transfer transfer = {.what = "upload", .name = "files", .over = over};
	transfer.done = files_arrived(container->files, &transfer.total);
	if (transfer.total)
		report_transfer(container->setup->report, &transfer);
}

static void files_go_on(struct container *container, int status, struct error *err)
{
	tell_upload(container, status != 0);
	if (status < 0 && !err->exit_code)
		error_class(err, EXIT_RENDER, ERROR_COPY);
	if (status < 0)
		fail_files(container, err);
	else if (status > 0)
		container_handle(container, EVENT_PASSED);
}

void container_send_files(struct container *container)
{
	const struct container_setup *setup = container->setup;
	struct error err = {0};
	report_begin(setup->report, container->node);
	container->began_us = loop_now_us();
	files_free(container->files);
	container->files = files_new(setup->manifest, setup->consul_direct, setup->consul_token);
	int status = files_begin(container->files, container->session, container->staging, &err);
	files_go_on(container, status, &err);
}

/* Facts belong to no node. */
static void got_facts(struct container *container, const struct value *facts)
{
	container->facts = facts;
	container_handle(container, EVENT_PASSED);
}

static void on_result(void *ctx, uint32_t id, const struct value *result)
{
	struct container *container = ctx;
	struct error err = {0};
	if (id <= container->given_up)
		return;
	if (container->aside && id == container->request)
		aside_result(container, result);
	else if (container->state == STATE_STARTING && id == container->request)
		container_handle(container, EVENT_READY);
	else if (container->state == STATE_COMMITTING && id == container->request)
		container_make_image(container);
	else if (container->state == STATE_RUNNING && !container->node)
		got_facts(container, result);
	else if (container->state == STATE_RUNNING && container->node->kind == NODE_FILES)
		files_go_on(container, files_result(container->files, id, result, &err), &err);
}

static void on_failed(void *ctx, uint32_t id, struct error *agent_error)
{
	struct container *container = ctx;
	struct error err = {0};
	if (id <= container->given_up)
		return;
	error_move(&err, agent_error);
	if (container->aside && id == container->request) {
		aside_ended(container, NULL, &err);
		error_clear(&err);
		return;
	}
	bool busy = container->state == STATE_RUNNING && container->node;
	if (err.exit_code == EXIT_VALUES && !err.code)
		err.code = container->value_code;
	if (busy && container->node->kind == NODE_FILES) {
		files_explain(container->files, id, &err);
		fail_files(container, &err);
	} else if (busy) {
		fail_step(container, &err);
	} else {
		container_fail(container, &err);
	}
}

void container_request_facts(struct container *container)
{
	container->request = session_facts(container->session, container->setup->fact_patterns);
}

static void answer_want(void *ctx, const struct value *found, struct error *err)
{
	struct container *container = ctx;
	container->question = NULL;
	if (err)
		container->value_code = err->code;
	session_value(container->session, container->asking, found, err ? err->message : NULL);
}

static void on_want(void *ctx, uint32_t id, const struct value *want)
{
	struct container *container = ctx;
	container->asking = id;
	container->question = values_ask(container->setup->values, want, answer_want, container);
}

static void on_drained(void *ctx)
{
	struct container *container = ctx;
	struct error err = {0};
	if (container->aside)
		aside_drained(container);
	else if (container->state == STATE_RUNNING && container->node &&
		 container->node->kind == NODE_FILES)
		files_go_on(container, files_drained(container->files, &err), &err);
}

static void on_closed(void *ctx, struct error *session_error)
{
	struct container *container = ctx;
	if (container->state != STATE_STOPPING && !error_is_set(&container->failure)) {
		if (session_error)
			error_move(&container->failure, session_error);
		else
			error_set(&container->failure, "the agent ended before the work was done");
		if (!session_error)
			container->failure.code = ERROR_AGENT_GONE;
		if (!container->failure.exit_code)
			container->failure.exit_code = EXIT_AGENT;
	}
	container_handle(container, EVENT_CLOSED);
}

const struct session_events container_session_events = {
	.hello = on_hello,
	.output = on_output,
	.ended = on_ended,
	.data = on_data,
	.result = on_result,
	.failed = on_failed,
	.want = on_want,
	.drained = on_drained,
	.closed = on_closed,
};
