#include "host/interactive/visit.h"

#include "common/own.h"
#include "host/build/base.h"
#include "host/container/artifact.h"
#include "host/container/container.h"
#include "host/exit_codes.h"
#include "host/interactive/shell.h"
#include "host/interrupt.h"
#include "host/toolbox/toolbox.h"

#define auto_base __attribute__((cleanup(forget_base)))

static void forget_base(struct base **base)
{
	base_free(*base);
}

/* One container and its shell. */
struct stay {
	struct visit *visit;
	struct container *container;
	struct shell *shell;
	int code; /* -1: the shell did not come to its end */
	bool has_slot, over;
	struct error failure;
};

/* The first thing that went wrong counts. */
static void keep_failure(struct stay *stay, struct error *err)
{
	if (error_is_set(&stay->failure))
		error_clear(err);
	else
		error_move(&stay->failure, err);
}

static void on_shell_ended(void *ctx, const struct session_exit *exit, struct error *err)
{
	struct stay *stay = ctx;
	if (exit)
		stay->code = shell_exit_code(exit);
	if (err && !err->exit_code)
		err->exit_code = EXIT_STEP;
	if (err)
		keep_failure(stay, err);
	container_stop(stay->container);
}

static void on_ready(void *ctx, struct container *container)
{
	struct stay *stay = ctx;
	struct error err = {0};
	struct shell_setup setup = {.loop = stay->visit->site->loop,
				    .argv = stay->visit->argv,
				    .user = stay->visit->user,
				    .ended = on_shell_ended,
				    .ctx = stay};
	stay->shell = shell_begin(&setup, container, &err);
	if (stay->shell)
		return;
	keep_failure(stay, &err);
	container_stop(container);
}

static void on_ended(void *ctx, struct container *container, struct error *err)
{
	struct stay *stay = ctx;
	(void)container;
	if (err)
		keep_failure(stay, err);
	stay->over = true;
}

static void on_signal(void *ctx, unsigned events)
{
	struct stay *stay = ctx;
	(void)events;
	container_interrupt(stay->container, "interrupted", interrupt_code(stay->visit->signals));
}

/* At once, or when there is a slot. */
static void begin(void *ctx)
{
	struct stay *stay = ctx;
	struct slots *slots = &stay->visit->site->slots;
	struct error err = {0};
	if (stay->has_slot || stay->over)
		return;
	stay->has_slot = slots_take(slots);
	if (stay->has_slot) {
		container_start(stay->container);
	} else if (slots_check(slots, &err) < 0) {
		keep_failure(stay, &err);
		stay->over = true;
	}
}

static int turn(struct stay *stay, struct error *err)
{
	struct loop *loop = stay->visit->site->loop;
	int status = 0;
	loop_watch(loop, stay->visit->signals, LOOP_READ, on_signal, stay);
	while ((!stay->over || container_is_waiting(stay->container)) && status == 0)
		status = loop_turn(loop, -1, err);
	loop_unwatch(loop, stay->visit->signals);
	return status;
}

static int stay_in(struct visit *visit, const struct container_setup *setup, struct error *err)
{
	static const struct container_events handlers = {.ready = on_ready, .ended = on_ended};
	struct slots *slots = &visit->site->slots;
	struct stay stay = {.visit = visit, .code = -1};
	stay.container = container_new(setup, setup->manifest->image, false, &handlers, &stay);
	slots->freed = begin;
	slots->ctx = &stay;
	begin(&stay);
	int status = turn(&stay, err);
	slots->freed = NULL;
	if (stay.has_slot)
		slots_give(slots);
	shell_free(stay.shell);
	container_free(stay.container);
	if (status == 0 && error_is_set(&stay.failure))
		status = error_move(err, &stay.failure);
	error_clear(&stay.failure);
	return status < 0 ? -1 : stay.code;
}

int visit_state(struct visit *visit, const struct manifest *manifest, struct error *err)
{
	auto_base struct base *base = base_wait(visit->site->loop, visit->site->engine,
						manifest->image, visit->report, err);
	const struct value *inspected = base ? base_inspected(base, err) : NULL;
	struct toolbox_options toolbox = {.name = visit->site->toolbox};
	bool made = false;
	if (!inspected || toolbox_ensure(visit->site->engine, &toolbox, &made, err) < 0)
		return -1;
	struct artifact *artifact = artifact_new(manifest, inspected);
	struct container_setup setup = {.loop = visit->site->loop,
					.engine = visit->site->engine,
					.manifest = manifest,
					.artifact = artifact,
					.report = visit->report,
					.toolbox = visit->site->toolbox};
	int code = stay_in(visit, &setup, err);
	artifact_free(artifact);
	return code;
}

int visit_image(struct visit *visit, const char *image, struct error *err)
{
	struct manifest manifest = {.image = image};
	return visit_state(visit, &manifest, err);
}
