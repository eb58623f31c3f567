/* The order in which the builds of one call begin: those a build stands on before it, and those
 * that may fail last where their manifest wants a fast verdict. It knows nothing of engines. */
#ifndef FACTORY_HOST_BUILD_SCHEDULE_H
#define FACTORY_HOST_BUILD_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

enum task_state {
	TASK_WAITING,
	TASK_RUNNING,
	TASK_PASSED,
	TASK_FAILED,
	TASK_LEFT_OUT, /* it was never begun */
	TASK_STATE_COUNT
};

struct task {
	const struct task
		*base; /* must have passed before; it comes earlier in the list, or NULL */
	size_t group;  /* its manifest's number */
	bool counts;   /* the call fails when it fails */
	bool last;     /* begins when those of its group that count have passed */
	enum task_state state;
	int code; /* of a failure: its own or its base's exit code */
};

struct schedule {
	struct task *tasks; /* the caller's */
	size_t count;
};

/* The next task that may begin now and has a place (`placed` NULL: each has one); it is running
 * from then on. NULL: there is none. */
typedef bool schedule_placed(void *ctx, const struct task *task);
struct task *schedule_next(struct schedule *schedule, schedule_placed *placed, void *ctx);

size_t schedule_running(const struct schedule *schedule);

/* A running task has ended: code 0, or why it failed. What can't begin any more is left out. */
void schedule_ended(struct schedule *schedule, struct task *task, int code);

/* What a task that runs or has passed made is gone: it waits as if it had never begun. */
void schedule_again(struct task *task);

/* Whether a task is the base of one that has not ended. */
bool schedule_is_needed(const struct schedule *schedule, const struct task *task);

/* Leaves out everything that has not begun. */
void schedule_stop(struct schedule *schedule);

/* Whether nothing waits or runs. */
bool schedule_is_over(const struct schedule *schedule);

bool schedule_all_passed(const struct schedule *schedule);

/* That of the first task, in the list's order, that counts and did not pass; else 0. */
int schedule_code(const struct schedule *schedule);

#endif
