#include "host/build/schedule.h"

/* Of a group's tasks that count: whether all have passed; *code is that of one that can't. */
static bool group_passed(const struct schedule *schedule, size_t group, int *code)
{
	bool passed = true;
	for (size_t i = 0; i < schedule->count; i++) {
		const struct task *task = &schedule->tasks[i];
		if (task->group != group || !task->counts)
			continue;
		passed = passed && task->state == TASK_PASSED;
		if (!*code)
			*code = task->code;
	}
	return passed;
}

static bool may_begin(const struct schedule *schedule, const struct task *task)
{
	int code = 0;
	return task->state == TASK_WAITING && (!task->base || task->base->state == TASK_PASSED) &&
	       (!task->last || group_passed(schedule, task->group, &code));
}

struct task *schedule_next(struct schedule *schedule, schedule_placed *placed, void *ctx)
{
	for (size_t i = 0; i < schedule->count; i++) {
		struct task *task = &schedule->tasks[i];
		if (!may_begin(schedule, task) || (placed && !placed(ctx, task)))
			continue;
		task->state = TASK_RUNNING;
		return task;
	}
	return NULL;
}

void schedule_again(struct task *task)
{
	task->state = TASK_WAITING;
}

bool schedule_is_needed(const struct schedule *schedule, const struct task *task)
{
	for (size_t i = 0; i < schedule->count; i++) {
		const struct task *other = &schedule->tasks[i];
		if (other->base == task &&
		    (other->state == TASK_WAITING || other->state == TASK_RUNNING))
			return true;
	}
	return false;
}

/* Why a task that waits can never begin: an exit code, or 0. */
static int why_not(const struct schedule *schedule, const struct task *task)
{
	int code = task->base ? task->base->code : 0;
	if (!code && task->last)
		group_passed(schedule, task->group, &code);
	return code;
}

/* One pass does for bases, which come earlier; those that are last may come before what they wait
 * for. */
static void leave_out(struct schedule *schedule)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < schedule->count; i++) {
			struct task *task = &schedule->tasks[i];
			int code = task->state == TASK_WAITING ? why_not(schedule, task) : 0;
			if (!code)
				continue;
			task->state = TASK_LEFT_OUT;
			task->code = code;
		}
}

void schedule_ended(struct schedule *schedule, struct task *task, int code)
{
	task->state = code ? TASK_FAILED : TASK_PASSED;
	task->code = code;
	if (code)
		leave_out(schedule);
}

void schedule_stop(struct schedule *schedule)
{
	for (size_t i = 0; i < schedule->count; i++)
		if (schedule->tasks[i].state == TASK_WAITING)
			schedule->tasks[i].state = TASK_LEFT_OUT;
}

static size_t count_in(const struct schedule *schedule, enum task_state state)
{
	size_t count = 0;
	for (size_t i = 0; i < schedule->count; i++)
		count += schedule->tasks[i].state == state;
	return count;
}

size_t schedule_running(const struct schedule *schedule)
{
	return count_in(schedule, TASK_RUNNING);
}

bool schedule_is_over(const struct schedule *schedule)
{
	return !count_in(schedule, TASK_WAITING) && !count_in(schedule, TASK_RUNNING);
}

bool schedule_all_passed(const struct schedule *schedule)
{
	return count_in(schedule, TASK_PASSED) == schedule->count;
}

int schedule_code(const struct schedule *schedule)
{
	for (size_t i = 0; i < schedule->count; i++)
		if (schedule->tasks[i].counts && schedule->tasks[i].code)
			return schedule->tasks[i].code;
	return 0;
}
