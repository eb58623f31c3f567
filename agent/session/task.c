#include "agent/session/agent.h"

#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

void *task_new(struct agent *agent, size_t size, const struct task_class *class, uint32_t id)
{
	struct task *task = mem_alloc(size);
	task->next = agent->tasks;
	task->class = class;
	task->agent = agent;
	task->id = id;
	for (size_t i = 0; i < COUNT_OF(task->watches); i++)
		task->watches[i].fd = -1;
	agent->tasks = task;
	return task;
}

struct task *task_find(struct agent *agent, uint32_t id)
{
	for (struct task *task = agent->tasks; task; task = task->next)
		if (task->id == id && !task->answered)
			return task;
	return NULL;
}

void task_close(struct watch *watch)
{
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
}

void task_input(struct task *task)
{
	struct watch *watch = &task->watches[WATCH_INPUT];
	if (watch->fd < 0 || outbox_flush(&task->input, watch->fd) < 0) {
		task_close(watch);
		outbox_free(&task->input);
	}
	watch->events = (short)(watch->events & ~POLLOUT);
	if (outbox_pending(&task->input))
		watch->events |= POLLOUT;
}

void task_signal(struct task *task, int number)
{
	if (!task->pid)
		return;
	/* The process may not have got as far as making its group. */
	if (kill(-task->pid, number) < 0 && errno == ESRCH)
		kill(task->pid, number);
}

void task_signal_frame(struct task *task, const struct frame *frame)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	const struct value *number = value_get(frame_json(frame, &arena, &ignored), "signal");
	if (value_is(number, VALUE_INT) && number->integer > 0 && number->integer < NSIG)
		task_signal(task, (int)number->integer);
}

void task_abandon(struct task *task)
{
	task->answered = true;
	task->over = true;
}

void task_free(struct task *task)
{
	if (task->class->release)
		task->class->release(task);
	for (size_t i = 0; i < COUNT_OF(task->watches); i++)
		task_close(&task->watches[i]);
	outbox_free(&task->input);
	free(task);
}
