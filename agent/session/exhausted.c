/* Memory that is exhausted ends the request that needed it, not the session: what a task does runs
 * behind a guard. What a request holds is its task's, and goes with it. */
#include "agent/session/agent.h"
#include "common/guard.h"
#include "common/own.h"

/* What a task is called for: the one that is there of these, else its time has come. */
struct call {
	struct task *task;
	struct watch *watch;
	const struct frame *frame;
	const struct rusage *usage; /* of a process that is no more */
	int status;                 /* its */
};

static int pass_on(void *ctx, struct error *err)
{
	const struct call *call = ctx;
	const struct task_class *class = call->task->class;
	(void)err;
	if (call->watch)
		class->ready(call->task, call->watch);
	else if (call->frame)
		class->frame(call->task, call->frame);
	else if (call->usage)
		class->reaped(call->task, call->status, call->usage);
	else
		class->due(call->task);
	return 0;
}

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

static void guarded(struct call call)
{
	struct agent *agent = call.task->agent;
	size_t written = agent->outbox.bytes.len;
	auto_error struct error err = {0};
	if (mem_guard(pass_on, &call, &err) == 0)
		return;
	if (call.usage)
		call.task->pid = 0;
	give_up(agent, written, call.task->id, call.task, &err);
}

void task_ready(struct task *task, struct watch *watch)
{
	guarded((struct call){.task = task, .watch = watch});
}

void task_due(struct task *task)
{
	guarded((struct call){.task = task});
}

void task_frame(struct task *task, const struct frame *received)
{
	guarded((struct call){.task = task, .frame = received});
}

void task_reaped(struct task *task, int status, const struct rusage *usage)
{
	guarded((struct call){.task = task, .status = status, .usage = usage});
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
