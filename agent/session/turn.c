#include "agent/session/turn.h"

#include "common/loop.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/signalfd.h>

enum {
	INPUT_FULL = 4 << 20, /* of a step that does not read it: the driver has to wait */
	RECEIVED_KEEP = 256 << 10,
	LAST_WORDS_MS = 1000, /* for the driver to take the reason why the session ends */
};

enum { AT_IN, AT_OUT, AT_SIGNALS, AT_TASKS };

void turn_give_up(struct agent *agent, const struct error *err)
{
	answer_error(&agent->outbox.bytes, 0, err);
	agent->ended = true;
	agent->exit_code = err->exit_code ? err->exit_code : 1;
	uint64_t until = loop_now_us() + LAST_WORDS_MS * UINT64_C(1000);
	while (outbox_flush(&agent->outbox, agent->out) == 0 && outbox_pending(&agent->outbox) &&
	       loop_now_us() < until)
		poll(&(struct pollfd){agent->out, POLLOUT, 0}, 1, 10);
}

static void receive(struct agent *agent)
{
	auto_error struct error err = {0};
	ssize_t got = read(agent->in, buf_reserve(&agent->received, READ_SIZE), READ_SIZE);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		agent->ended = true;
		return;
	}
	agent->received.len += (size_t)got;
	if (dispatch_received(agent, &err) < 0)
		turn_give_up(agent, &err);
	if (!agent->received.len && agent->received.cap > RECEIVED_KEEP)
		buf_free(&agent->received);
}

static void take_signal(struct agent *agent)
{
	struct signalfd_siginfo info;
	while (read(agent->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			continue;
		agent->ended = true;
		agent->exit_code = 128 + (int)info.ssi_signo;
	}
	reap(agent);
}

/* A step that does not read its input stops the driver's stream, for there is no other place to
 * keep what comes. */
static bool input_is_full(const struct agent *agent)
{
	for (const struct task *task = agent->tasks; task; task = task->next)
		if (outbox_pending(&task->input) > INPUT_FULL)
			return true;
	return false;
}

static short wanted_events(const struct agent *agent, const struct watch *watch)
{
	bool full = watch->produces && outbox_pending(&agent->outbox) > OUTBOX_FULL;
	return (short)(full ? watch->events & ~POLLIN : watch->events);
}

static void add_watches(struct agent *agent, struct task *task, struct turn *turn)
{
	for (size_t i = 0; i < COUNT_OF(task->watches); i++) {
		struct watch *watch = &task->watches[i];
		short events = wanted_events(agent, watch);
		/* Without events poll would still report a hang-up, again and again. */
		if (watch->fd < 0 || !events)
			continue;
		turn->fds[turn->count] = (struct pollfd){watch->fd, events, 0};
		turn->tasks[turn->count - AT_TASKS] = task;
		turn->watches[turn->count - AT_TASKS] = watch;
		turn->count++;
	}
}

static int timeout_ms(const struct agent *agent)
{
	uint64_t due = UINT64_MAX, now = loop_now_us();
	for (const struct task *task = agent->tasks; task; task = task->next)
		if (task->due && task->due < due)
			due = task->due;
	if (due == UINT64_MAX)
		return -1;
	uint64_t left = due > now ? (due - now + 999) / 1000 : 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

static void prepare(struct agent *agent, struct turn *turn)
{
	size_t most = 0;
	for (const struct task *task = agent->tasks; task; task = task->next)
		most += COUNT_OF(task->watches);
	turn->fds = mem_resize(turn->fds, AT_TASKS + most, sizeof *turn->fds);
	turn->tasks = mem_resize(turn->tasks, most, sizeof(struct task *));
	turn->watches = mem_resize(turn->watches, most, sizeof(struct watch *));
	bool full = input_is_full(agent), waiting = outbox_pending(&agent->outbox);
	turn->fds[AT_IN] = (struct pollfd){agent->in, full ? 0 : POLLIN, 0};
	turn->fds[AT_OUT] = (struct pollfd){waiting ? agent->out : -1, POLLOUT, 0};
	turn->fds[AT_SIGNALS] = (struct pollfd){agent->signals, POLLIN, 0};
	turn->count = AT_TASKS;
	for (struct task *task = agent->tasks; task; task = task->next)
		add_watches(agent, task, turn);
}

static void run_tasks(struct turn *turn)
{
	for (nfds_t i = AT_TASKS; i < turn->count; i++) {
		struct task *task = turn->tasks[i - AT_TASKS];
		struct watch *watch = turn->watches[i - AT_TASKS];
		if (turn->fds[i].revents && watch->fd == turn->fds[i].fd)
			task_ready(task, watch);
	}
}

static void run_due(struct agent *agent)
{
	uint64_t now = loop_now_us();
	for (struct task *task = agent->tasks; task; task = task->next)
		if (task->due && task->due <= now && !task->over)
			task_due(task);
}

static void release_over(struct agent *agent)
{
	for (struct task **at = &agent->tasks; *at;) {
		struct task *task = *at;
		if (!task->over) {
			at = &task->next;
			continue;
		}
		*at = task->next;
		task_free(task);
	}
}

void turn_take(struct agent *agent, struct turn *turn)
{
	prepare(agent, turn);
	if (poll(turn->fds, turn->count, timeout_ms(agent)) < 0)
		return;
	run_tasks(turn);
	short in = turn->fds[AT_IN].revents;
	if (in && !turn->fds[AT_IN].events)
		agent->ended = true; /* gone while it had to wait */
	else if (in)
		receive(agent);
	if (turn->fds[AT_SIGNALS].revents)
		take_signal(agent);
	run_due(agent);
	release_over(agent);
}

void turn_free(struct turn *turn)
{
	free(turn->fds);
	free(turn->tasks);
	free(turn->watches);
}
