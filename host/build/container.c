#include "host/build/container.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/cache.h"
#include "host/build/files.h"
#include "host/exit_codes.h"

#include <signal.h>
#include <string.h>

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

	const struct node *node; /* the one being run */
	uint32_t request;        /* its RUN; of STARTING: the working directory's PUT */
	struct session_exit exit;
	uint64_t began_us;
	struct files *files;
	const struct value *facts; /* while the walk is told */
	struct question *question; /* a value that is being looked up */
	uint32_t asking;           /* the request that waits for it */
	char *committed;
};

static void handle(struct container *container, enum machine_event event);

/* Remembers the first failure and tells the machine. */
static void fail(struct container *container, struct error *err)
{
	if (error_is_set(&container->failure))
		error_clear(err);
	else
		error_move(&container->failure, err);
	handle(container, EVENT_FAILED);
}

static void fail_step(struct container *container, struct error *err)
{
	const struct position *at = &container->node->step->at;
	if (!err->file) {
		err->file = mem_strdup(at->file);
		err->line = at->line;
		err->column = at->column;
	}
	if (!err->exit_code)
		err->exit_code = EXIT_STEP;
	fail(container, err);
}

/* True when an engine's answer comes to a container that has failed meanwhile: it is discarded as
 * soon as the last such answer is in. */
static bool came_late(struct container *container)
{
	container->outstanding--;
	if (!error_is_set(&container->failure))
		return false;
	if (!container->outstanding)
		handle(container, EVENT_FAILED);
	return true;
}

static void engine_failed(struct container *container, const struct engine_result *result,
			  const char *what)
{
	struct error err = {0};
	error_move(&err, result->error);
	error_wrap(&err, "%s", what);
	if (!err.exit_code)
		err.exit_code = EXIT_ENGINE;
	fail(container, &err);
}

/* --- starting: create, attach, start, HELLO, working directory --- */

static void started(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	if (!came_late(container) && result->status != ENGINE_OK)
		engine_failed(container, result, "can't start the container");
}

static void attached(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	if (came_late(container))
		return;
	if (result->status != ENGINE_OK) {
		engine_failed(container, result, "can't attach to the container");
		return;
	}
	container->outstanding++;
	engine_start(container->setup->engine, container->id, started, container);
}

static void created(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	if (result->status == ENGINE_OK)
		container->id = mem_strdup(result->id);
	if (came_late(container))
		return;
	if (result->status != ENGINE_OK) {
		engine_failed(container, result, "can't create a container");
		return;
	}
	container->outstanding++;
	session_attach(container->session, container->setup->engine, container->id, attached,
		       container);
}

static void create(struct container *container)
{
	static const char *const agent[] = {"/tools/agent", "session", NULL};
	const struct container_setup *setup = container->setup;
	autofree char *volumes = mem_printf("%s:ro", setup->toolbox);
	struct engine_container spec = {.image = container->image,
					.volumes_from = volumes,
					.network = setup->manifest->network,
					.session = true};
	artifact_disguise(setup->artifact, agent, &spec);
	container->began_us = loop_now_us();
	container->outstanding++;
	engine_create(setup->engine, &spec, created, container);
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
	if (container->setup->manifest->workdir)
		container->request = make_workdir(container, container->setup->manifest->workdir);
	else
		handle(container, EVENT_READY);
}

/* --- a step --- */

static void run_step(struct container *container)
{
	const struct step *step = container->node->step;
	const struct artifact *artifact = container->setup->artifact;
	auto_arena struct arena arena = {0};
	report_begin(container->setup->report, container->node);
	container->began_us = loop_now_us();
	if (!container->has_shell) {
		struct error err = {0};
		error_set(&err, "the target has no shell to run '%s': no /bin/sh in %s", step->name,
			  container->setup->manifest->image);
		fail_step(container, &err);
		return;
	}
	if (step->workdir)
		make_workdir(container, step->workdir);
	struct session_run run = {.shell = step->run,
				  .env = artifact_environment(artifact, step, &arena),
				  .cwd = step->workdir ? step->workdir : artifact->workdir,
				  .user = step->user ? step->user : artifact->user,
				  .timeout_ms = step->timeout_ms};
	container->request = session_run(container->session, &run);
}

static void on_output(void *ctx, uint32_t id, int stream, const char *data, size_t len)
{
	struct container *container = ctx;
	(void)stream;
	if (container->node && id == container->request)
		report_output(container->setup->report, container->node, data, len);
}

static void step_failed(struct container *container, const struct session_exit *status)
{
	struct error err = {0};
	const char *id = container->node->id, *name = container->node->label;
	if (status->timed_out)
		error_set(&err, "%s timed out after %.1f s: %s", id, (double)status->wall_us / 1e6,
			  name);
	else if (status->signalled)
		error_set(&err, "%s was killed by signal %d (%s): %s", id, status->code,
			  strsignal(status->code), name);
	else
		error_set(&err, "%s failed with exit code %d: %s", id, status->code, name);
	fail_step(container, &err);
}

static void on_ended(void *ctx, uint32_t id, const struct session_exit *status)
{
	struct container *container = ctx;
	if (!container->node || id != container->request)
		return;
	container->exit = *status;
	if (status->timed_out || status->signalled || status->code)
		step_failed(container, status);
	else
		handle(container, EVENT_PASSED);
}

/* --- files --- */

static void files_go_on(struct container *container, int status, struct error *err)
{
	if (status < 0)
		fail(container, err);
	else if (status > 0)
		handle(container, EVENT_PASSED);
}

static void send_files(struct container *container)
{
	const struct container_setup *setup = container->setup;
	struct error err = {0};
	report_begin(setup->report, container->node);
	container->began_us = loop_now_us();
	container->files = files_new(setup->manifest, setup->consul_direct, setup->consul_token);
	int status = files_begin(container->files, container->session, container->staging, &err);
	if (status < 0)
		err.exit_code = EXIT_RENDER;
	files_go_on(container, status, &err);
}

/* Facts belong to no node. */
static void got_facts(struct container *container, const struct value *facts)
{
	container->facts = facts;
	handle(container, EVENT_PASSED);
}

static void on_result(void *ctx, uint32_t id, const struct value *result)
{
	struct container *container = ctx;
	struct error err = {0};
	if (container->state == STATE_STARTING && id == container->request)
		handle(container, EVENT_READY);
	else if (container->state == STATE_RUNNING && !container->node)
		got_facts(container, result);
	else if (container->state == STATE_RUNNING && container->files)
		files_go_on(container, files_result(container->files, id, result, &err), &err);
}

static void on_failed(void *ctx, uint32_t id, struct error *agent_error)
{
	struct container *container = ctx;
	struct error err = {0};
	error_move(&err, agent_error);
	bool busy = container->state == STATE_RUNNING && container->node;
	if (busy && container->node->kind == NODE_FILES) {
		files_explain(container->files, id, &err);
		fail(container, &err);
	} else if (busy) {
		fail_step(container, &err);
	} else {
		fail(container, &err);
	}
}

static void ask_facts(struct container *container)
{
	container->request = session_facts(container->session, NULL);
}

static void answer_want(void *ctx, const struct value *found, struct error *err)
{
	struct container *container = ctx;
	container->question = NULL;
	session_value(container->session, container->asking, found, err ? err->message : NULL);
}

static void on_want(void *ctx, uint32_t id, const struct value *want)
{
	struct container *container = ctx;
	container->asking = id;
	container->question = values_ask(container->setup->values, want, answer_want, container);
}

/* --- committing --- */

static void commit_done(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	if (result->status == ENGINE_OK)
		container->committed = mem_strdup(result->id);
	if (came_late(container))
		return;
	if (result->status != ENGINE_OK)
		engine_failed(container, result, "can't commit the container");
	else
		handle(container, EVENT_COMMITTED);
}

static void commit(struct container *container)
{
	const struct container_setup *setup = container->setup;
	autofree char *comment = cache_comment(container_reads(container));
	struct engine_commit request = {
		.container = container->id, .comment = comment, .config = setup->artifact->config};
	container->outstanding++;
	engine_commit(setup->engine, &request, commit_done, container);
}

/* --- ending --- */

static void removed(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	(void)result; /* the engine removes it anyway once the agent has seen the stream's end */
	container->outstanding--;
	handle(container, EVENT_GONE);
}

static void discard(struct container *container)
{
	values_cancel(STEAL(container->question));
	session_free(STEAL(container->session));
	if (container->node)
		report_failure(container->setup->report, container->node);
	container->outstanding++;
	if (container->id)
		engine_remove(container->setup->engine, container->id, removed, container);
	else
		removed(container, NULL);
}

static void on_closed(void *ctx, struct error *session_error)
{
	struct container *container = ctx;
	if (container->state != STATE_STOPPING && !error_is_set(&container->failure)) {
		if (session_error)
			error_move(&container->failure, session_error);
		else
			error_set(&container->failure, "the agent ended before the work was done");
		if (!container->failure.exit_code)
			container->failure.exit_code = EXIT_AGENT;
	}
	handle(container, EVENT_CLOSED);
}

/* With an engine operation under way the container can't be removed yet: came_late will. */
static void abort_later(struct container *container)
{
	if (!container->outstanding)
		handle(container, EVENT_FAILED);
}

/* --- the machine's actions --- */

static void do_nothing(struct container *container)
{
	(void)container;
}

static void refuse(struct container *container)
{
	struct error err = {0};
	error_set(&err, "a defect in factory: an event that the state '%s' does not expect",
		  machine_state_name(container->state));
	if (!error_is_set(&container->failure))
		error_move(&container->failure, &err);
	error_clear(&err);
}

static void tell_ready(struct container *container)
{
	container->events->ready(container->ctx, container);
}

static void tell_passed(struct container *container)
{
	if (!container->node) {
		container->events->facts(container->ctx, container, STEAL(container->facts));
		return;
	}
	const struct node *node = STEAL(container->node);
	bool step = node->step != NULL;
	report_end(container->setup->report, node, step ? &container->exit : NULL,
		   loop_now_us() - container->began_us);
	container->events->passed(container->ctx, container, node);
}

static void tell_committed(struct container *container)
{
	container->events->committed(container->ctx, container, container->committed);
}

static void say_bye(struct container *container)
{
	session_bye(container->session);
}

static void tell_ended(struct container *container)
{
	bool failed = error_is_set(&container->failure);
	container->events->ended(container->ctx, container, failed ? &container->failure : NULL);
}

static void handle(struct container *container, enum machine_event event)
{
	static void (*const actions[ACTION_COUNT])(struct container *) = {
		[ACTION_NONE] = do_nothing,       [ACTION_REFUSE] = refuse,
		[ACTION_CREATE] = create,         [ACTION_TELL_READY] = tell_ready,
		[ACTION_SEND_FILES] = send_files, [ACTION_RUN_STEP] = run_step,
		[ACTION_ASK_FACTS] = ask_facts,   [ACTION_TELL_PASSED] = tell_passed,
		[ACTION_COMMIT] = commit,         [ACTION_TELL_COMMITTED] = tell_committed,
		[ACTION_SAY_BYE] = say_bye,       [ACTION_ABORT] = abort_later,
		[ACTION_DISCARD] = discard,       [ACTION_TELL_ENDED] = tell_ended,
	};
	struct machine_cell cell = machine_lookup(container->state, event);
	container->state = cell.next;
	actions[cell.action](container);
}

/* --- for the walk --- */

static const struct session_events session_handlers = {
	.hello = on_hello,
	.output = on_output,
	.ended = on_ended,
	.result = on_result,
	.failed = on_failed,
	.want = on_want,
	.closed = on_closed,
};

struct container *container_new(const struct container_setup *setup, const char *image,
				const struct container_events *events, void *ctx)
{
	struct container *container = mem_alloc(sizeof *container);
	container->setup = setup;
	container->image = image;
	container->events = events;
	container->ctx = ctx;
	container->session = session_new(&session_handlers, container);
	return container;
}

void container_free(struct container *container)
{
	if (!container)
		return;
	values_cancel(container->question);
	session_free(container->session);
	files_free(container->files);
	error_clear(&container->failure);
	free(container->id);
	free(container->staging);
	free(container->committed);
	free(container);
}

void container_start(struct container *container)
{
	handle(container, EVENT_START);
}

void container_run(struct container *container, const struct node *node)
{
	static const enum machine_event events[] = {
		[NODE_FILES] = EVENT_FILES, [NODE_TASK] = EVENT_TASK, [NODE_TEST] = EVENT_TEST};
	container->node = node;
	handle(container, events[node->kind]);
}

void container_ask_facts(struct container *container)
{
	handle(container, EVENT_FACTS);
}

void container_commit(struct container *container)
{
	handle(container, EVENT_COMMIT);
}

void container_stop(struct container *container)
{
	handle(container, EVENT_STOP);
}

void container_interrupt(struct container *container, const char *message, int exit_code)
{
	bool matters = machine_lookup(container->state, EVENT_INTERRUPT).action != ACTION_NONE;
	if (matters && !error_is_set(&container->failure)) {
		error_set(&container->failure, "%s", message);
		container->failure.exit_code = exit_code;
	}
	handle(container, EVENT_INTERRUPT);
}

const struct value *container_reads(const struct container *container)
{
	return container->files ? files_reads(container->files) : NULL;
}
