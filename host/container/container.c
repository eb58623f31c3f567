#include "host/container/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/container/files.h"
#include "host/container/trail.h"
#include "host/exit_codes.h"

static void do_nothing(struct container *container)
{
	(void)container;
}

static void refuse(struct container *container)
{
	struct error err = {0};
	error_as(&err, ERROR_DEFECT, "a defect in factory: an event that the state '%s' does not expect",
		  machine_state_name(container->state));
	if (!error_is_set(&container->failure))
		error_move(&container->failure, &err);
	error_clear(&err);
}

/* One that was interrupted meanwhile gets no work: the answer that is still out ends it. */
static void tell_ready(struct container *container)
{
	if (!error_is_set(&container->failure))
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
	if (!container->is_test)
		trail_add(&container->trail, node, false, loop_now_us() - container->began_us,
			  report_hidden(container->setup->report));
	report_end(container->setup->report, node, step ? &container->exit : NULL,
		   loop_now_us() - container->began_us);
	container->events->passed(container->ctx, container, node);
}

static void tell_held(struct container *container)
{
	const struct node *node = STEAL(container->node);
	auto_error struct error err = {0};
	error_move(&err, &container->held);
	report_failure(container->setup->report, node, &err);
	container->events->held(container->ctx, container, node, &err);
}

static void tell_committed(struct container *container)
{
	container->events->committed(container->ctx, container, container->committed);
}

static void say_bye(struct container *container)
{
	container_expect(container);
	session_bye(container->session);
}

static void tell_ended(struct container *container)
{
	bool failed = error_is_set(&container->failure);
	container->events->ended(container->ctx, container, failed ? &container->failure : NULL);
}

static void stop_expecting(struct container *container)
{
	loop_cancel(container->setup->loop, container->patience);
	container->patience = 0;
}

static void gave_up(void *ctx)
{
	struct container *container = ctx;
	struct error err = {0};
	container->patience = 0;
	error_set(&err, "the agent in the container says nothing: given up after %.0f s",
		  (double)engine_patience(container->setup->engine) / 1000);
	error_class(&err, EXIT_AGENT, ERROR_AGENT_GONE);
	container_fail(container, &err);
}

void container_expect(struct container *container)
{
	stop_expecting(container);
	container->patience =
		loop_after(container->setup->loop, engine_patience(container->setup->engine),
			   gave_up, container);
}

/* Whatever it started for, that is over: its place among those that start is another's. */
static void leave_state(struct container *container)
{
	stop_expecting(container);
	engine_turn_give(container->setup->engine, &container->turn);
}

void container_handle(struct container *container, enum machine_event event)
{
	static void (*const actions[ACTION_COUNT])(struct container *) = {
		[ACTION_NONE] = do_nothing,
		[ACTION_REFUSE] = refuse,
		[ACTION_CREATE] = container_create,
		[ACTION_TELL_READY] = tell_ready,
		[ACTION_SEND_FILES] = container_send_files,
		[ACTION_RUN_STEP] = container_run_step,
		[ACTION_ASK_FACTS] = container_request_facts,
		[ACTION_TELL_PASSED] = tell_passed,
		[ACTION_TELL_HELD] = tell_held,
		[ACTION_CHECKPOINT] = container_make_checkpoint,
		[ACTION_COMMIT] = container_make_artifact,
		[ACTION_TELL_COMMITTED] = tell_committed,
		[ACTION_SAY_BYE] = say_bye,
		[ACTION_ABORT] = container_abort,
		[ACTION_DISCARD] = container_discard,
		[ACTION_TELL_ENDED] = tell_ended,
	};
	struct machine_cell cell = machine_lookup(container->state, event);
	if (container->state != cell.next)
		leave_state(container);
	container->state = cell.next;
	actions[cell.action](container);
}

void container_fail(struct container *container, struct error *err)
{
	if (error_is_set(&container->failure))
		error_clear(err);
	else
		error_move(&container->failure, err);
	container_handle(container, EVENT_FAILED);
}

struct container *container_new(const struct container_setup *setup, const char *image,
				bool is_test, const struct container_events *events, void *ctx)
{
	struct container *container = mem_alloc(sizeof *container);
	container->setup = setup;
	container->image = image;
	container->is_test = is_test;
	container->events = events;
	container->ctx = ctx;
	container->inherited = setup->reads;
	container->session = session_new(&container_session_events, container);
	return container;
}

void container_free(struct container *container)
{
	if (!container)
		return;
	values_cancel(container->question);
	session_free(container->session);
	files_free(container->files);
	secret_values_free(container->secrets);
	error_clear(&container->failure);
	error_clear(&container->held);
	leave_state(container);
	free(container->name);
	free(container->id);
	free(container->staging);
	free(container->committed);
	buf_free(&container->trail);
	free(container);
}

void container_put(struct container *container, const struct container_place *place)
{
	container->place = place;
}

void container_inherit(struct container *container, const struct value *reads, const char *trail)
{
	container->inherited = reads;
	buf_puts(&container->trail, trail);
}

bool container_is_waiting(const struct container *container)
{
	return container->outstanding > 0;
}

void container_start(struct container *container)
{
	container_handle(container, EVENT_START);
}

void container_run(struct container *container, const struct node *node)
{
	static const enum machine_event events[] = {
		[NODE_FILES] = EVENT_FILES, [NODE_TASK] = EVENT_TASK, [NODE_TEST] = EVENT_TEST};
	container->node = node;
	container_handle(container, events[node->kind]);
}

void container_ask_facts(struct container *container)
{
	container_handle(container, EVENT_FACTS);
}

void container_checkpoint(struct container *container, const char *key)
{
	container->key = key;
	container_handle(container, EVENT_CHECKPOINT);
}

void container_commit(struct container *container, const char *key)
{
	container->key = key;
	container_handle(container, EVENT_COMMIT);
}

bool container_signal(struct container *container, int signal)
{
	if (container->state != STATE_RUNNING)
		return false;
	session_signal(container->session, container->request, signal);
	return true;
}

void container_stop(struct container *container)
{
	container_handle(container, EVENT_STOP);
}

void container_interrupt(struct container *container, const char *message, int exit_code)
{
	bool matters = machine_lookup(container->state, EVENT_INTERRUPT).action != ACTION_NONE;
	if (matters && !error_is_set(&container->failure)) {
		error_set(&container->failure, "%s", message);
		container->failure.exit_code = exit_code;
	}
	container_handle(container, EVENT_INTERRUPT);
}

bool container_has_processes(const struct container *container)
{
	return container->exit.leaves;
}

const struct value *container_reads(const struct container *container)
{
	return container->files ? files_reads(container->files) : container->inherited;
}

const char *container_trail(const struct container *container)
{
	return buf_text(&container->trail);
}
