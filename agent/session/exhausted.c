/* Memory that is exhausted ends the request that needed it, not the session: what a task does runs
 * behind a guard. What a request holds is its task's, and goes with it. */
#include "agent/session/agent.h"
#include "common/guard.h"
#include "common/own.h"

struct call {
	struct task *task;
	struct watch *watch;
	const struct frame *frame;
	int status;
	const struct rusage *usage; /* of a process that is no more */
};

/* What was written of an answer goes, and the memory of its input before the error is written: if
 * there is none for that either, the process ends as it does without a guard. */
static void give_up(struct agent *agent, size_t written, uint32_t id, struct task *task,
		    struct error *err)
{
	agent->outbox.bytes.len = written;
	if (!task) {
		error_wrap(err, "the agent");
		answer_error(&agent->outbox.bytes, id, err);
		return;
	}
	task_signal(task, SIGKILL);
	for (size_t i = 0; i < COUNT_OF(task->watches); i++)
		task_close(&task->watches[i]);
	outbox_free(&task->input);
	task->due = 0;
	task->over = !task->pid;
	error_wrap(err, "the agent");
	if (!task->answered)
		task_failed(task, err);
}

static void guarded(int (*work)(void *ctx, struct error *err), struct call call)
{
	struct agent *agent = call.task->agent;
	size_t written = agent->outbox.bytes.len;
	auto_error struct error err = {0};
	if (mem_guard(work, &call, &err) == 0)
		return;
	if (call.usage)
		call.task->pid = 0;
	give_up(agent, written, call.task->id, call.task, &err);
}

static int ready(void *ctx, struct error *err)
{
	const struct call *call = ctx;
	(void)err;
	call->task->class->ready(call->task, call->watch);
	return 0;
}

static int due(void *ctx, struct error *err)
{
	const struct call *call = ctx;
	(void)err;
	call->task->class->due(call->task);
	return 0;
}

static int frame(void *ctx, struct error *err)
{
	const struct call *call = ctx;
	(void)err;
	call->task->class->frame(call->task, call->frame);
	return 0;
}

static int reaped(void *ctx, struct error *err)
{
	const struct call *call = ctx;
	(void)err;
	call->task->class->reaped(call->task, call->status, call->usage);
	return 0;
}

void task_ready(struct task *task, struct watch *watch)
{
	guarded(ready, (struct call){.task = task, .watch = watch});
}

void task_due(struct task *task)
{
	guarded(due, (struct call){.task = task});
}

void task_frame(struct task *task, const struct frame *received)
{
	guarded(frame, (struct call){.task = task, .frame = received});
}

void task_reaped(struct task *task, int status, const struct rusage *usage)
{
	guarded(reaped, (struct call){.task = task, .status = status, .usage = usage});
}

struct beginning {
	task_begin *begin;
	struct agent *agent;
	const struct frame *request;
};

static int begin(void *ctx, struct error *err)
{
	const struct beginning *beginning = ctx;
	if (beginning->begin(beginning->agent, beginning->request, err) < 0)
		answer_error(&beginning->agent->outbox.bytes, beginning->request->id, err);
	return 0;
}

void task_start(struct agent *agent, task_begin *how, const struct frame *request)
{
	struct beginning beginning = {how, agent, request};
	size_t written = agent->outbox.bytes.len;
	auto_error struct error err = {0};
	if (mem_guard(begin, &beginning, &err) < 0)
		give_up(agent, written, request->id, task_find(agent, request->id), &err);
}
