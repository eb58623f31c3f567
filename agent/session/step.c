/* RUN: a step's process, from its start to EXIT. */
#include "agent/session/agent.h"
#include "agent/session/command.h"
#include "agent/session/outputs.h"
#include "agent/session/spawn.h"
#include "agent/session/terminal.h"
#include "common/loop.h"
#include "common/memory.h"
#include "common/own.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GRACE_US = 2000000, LATE_US = 50000, LITTLE_ROOM = 64 << 10 };

struct step {
	struct task task;
	int failure;         /* spawn's; -1 once it was read */
	char *program, *cwd; /* for messages */
	uint64_t timeout_us, started_us, wall_us;
	bool timed_out, input_ends, has_terminal;
	int status;
	struct rusage usage;
};

static struct step *as_step(struct task *task)
{
	return (struct step *)task;
}

static int64_t micros(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

static void add_number(struct arena *arena, struct value *map, const char *key, int64_t number)
{
	value_set(arena, map, key, value_int(arena, number));
}

/* Whoever failed may have cleaned up behind itself: very little is as good as nothing. */
static bool disk_is_full(void)
{
	struct statvfs root;
	return statvfs("/", &root) == 0 && root.f_blocks &&
	       (uint64_t)root.f_bfree * root.f_frsize < LITTLE_ROOM;
}

static void report_exit(struct step *step)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	if (WIFSIGNALED(step->status))
		add_number(&arena, map, "signal", WTERMSIG(step->status));
	else
		add_number(&arena, map, "code", WEXITSTATUS(step->status));
	add_number(&arena, map, "wall_us", (int64_t)step->wall_us);
	add_number(&arena, map, "user_us", micros(step->usage.ru_utime));
	add_number(&arena, map, "system_us", micros(step->usage.ru_stime));
	add_number(&arena, map, "max_rss_kb", step->usage.ru_maxrss);
	value_set(&arena, map, "timed_out", value_bool(&arena, step->timed_out));
	value_set(&arena, map, "leaves", value_bool(&arena, has_children()));
	if (step->status)
		value_set(&arena, map, "disk_full", value_bool(&arena, disk_is_full()));
	frame_add_json(&step->task.agent->outbox.bytes, FRAME_EXIT, step->task.id, map);
	step->task.answered = true;
}

/* Once its process has ended: EXIT after the last output, the end when the pipes are closed. What
 * the process started may hold them open for ever: late output is waited for no longer than that.
 */
static void settle(struct step *step, bool waited)
{
	struct task *task = &step->task;
	if (task->pid)
		return;
	if (!task->answered && (waited || outputs_closed(task))) {
		report_exit(step);
		task->watches[WATCH_STDOUT].produces = false;
		task->watches[WATCH_STDERR].produces = false;
		task->due = 0;
	}
	task->over = task->answered && outputs_closed(task);
}

static void step_ready(struct task *task, struct watch *watch)
{
	if (watch == &task->watches[WATCH_INPUT])
		task_input(task);
	else
		outputs_read(task, watch);
	if (as_step(task)->input_ends && !outbox_pending(&task->input))
		task_close(&task->watches[WATCH_INPUT]);
	settle(as_step(task), false);
}

static void step_due(struct task *task)
{
	struct step *step = as_step(task);
	if (!task->pid) {
		settle(step, true);
		return;
	}
	task_signal(task, step->timed_out ? SIGKILL : SIGTERM);
	task->due = step->timed_out ? 0 : loop_now_us() + GRACE_US;
	step->timed_out = true;
}

static void step_frame(struct task *task, const struct frame *frame)
{
	if (frame->type == FRAME_SIGNAL)
		task_signal_frame(task, frame);
	if (frame->type == FRAME_RESIZE && as_step(task)->has_terminal)
		terminal_resize(task, frame);
	if (frame->type != FRAME_DATA)
		return;
	buf_add(&task->input.bytes, frame->payload, frame->length);
	as_step(task)->input_ends = !frame->more;
	step_ready(task, &task->watches[WATCH_INPUT]);
}

static void step_reaped(struct task *task, int status, const struct rusage *usage)
{
	struct step *step = as_step(task);
	auto_error struct error err = {0};
	step->wall_us = loop_now_us() - step->started_us;
	step->status = status;
	step->usage = *usage;
	if (step->timed_out)
		kill(-task->pid, SIGKILL); /* what is left of its group */
	task->pid = 0;
	task_close(&task->watches[WATCH_INPUT]);
	if (spawn_failed(step->failure, step->program, step->cwd, &err) < 0) {
		task_failed(task, &err);
		task->over = true;
		return;
	}
	task->due = loop_now_us() + LATE_US;
	outputs_drain(task);
	settle(step, false);
}

static void step_release(struct task *task)
{
	struct step *step = as_step(task);
	if (step->failure >= 0)
		close(step->failure);
	free(step->program);
	free(step->cwd);
}

static const struct task_class step_class = {step_ready, step_due, step_frame, step_reaped,
					     step_release};

static int open_input(struct step *step, bool wanted, int *end, struct error *err)
{
	int both[2];
	if (!wanted) {
		*end = fcntl(step->task.agent->nothing, F_DUPFD_CLOEXEC, 3);
		return *end < 0 ? error_errno(err, "can't give it an empty input") : 0;
	}
	if (pipe2(both, O_CLOEXEC) < 0)
		return error_errno(err, "can't make a pipe");
	*end = both[0];
	fcntl(both[1], F_SETFL, O_NONBLOCK);
	step->task.watches[WATCH_INPUT] = (struct watch){both[1], 0, false};
	return 0;
}

/* The process's three files: -1 where one could not be made; those that could are open. */
static int open_files(struct step *step, const struct command *command, uid_t owner, int files[3],
		      struct error *err)
{
	files[0] = files[1] = files[2] = -1;
	if (!command->has_terminal)
		return outputs_open(&step->task, files + 1, err) < 0
			       ? -1
			       : open_input(step, command->input, &files[0], err);
	step->has_terminal = true;
	if (terminal_open(&step->task, &command->size, owner, &files[0], err) < 0)
		return -1;
	for (int i = 1; i < 3; i++)
		if ((files[i] = fcntl(files[0], F_DUPFD_CLOEXEC, 3)) < 0)
			return error_errno(err, "can't give it a terminal");
	return 0;
}

static int start(struct step *step, const struct command *command, const struct account *account,
		 const int files[3], struct error *err)
{
	autoclose int failure = -1;
	int both[2];
	if (pipe2(both, O_CLOEXEC | O_NONBLOCK) < 0)
		return error_errno(err, "can't make a pipe");
	step->failure = both[0];
	failure = both[1];
	step->started_us = loop_now_us();
	step->task.due = command->timeout_us ? step->started_us + command->timeout_us : 0;
	pid_t pid = spawn(&(struct spawn){command->argv,
					  command->env,
					  command->cwd,
					  account,
					  command->umask,
					  {files[0], files[1], files[2]},
					  command->has_terminal,
					  failure,
					  &step->task.agent->mask},
			  err);
	step->task.pid = pid > 0 ? pid : 0;
	return pid < 0 ? -1 : 0;
}

/* Its files are closed on this side, whatever became of it. */
static int open_and_start(struct step *step, const struct command *command,
			  const struct account *account, struct error *err)
{
	int files[3];
	int status = open_files(step, command, account->uid, files, err);
	if (status == 0)
		status = start(step, command, account, files, err);
	for (size_t i = 0; i < COUNT_OF(files); i++)
		own_close(&files[i]);
	return status;
}

int step_begin(struct agent *agent, const struct frame *request, struct error *err)
{
	auto_arena struct arena arena = {0};
	auto_account struct account account = {0};
	struct command command = {0};
	const struct value *asked = frame_json(request, &arena, err);
	if (!asked || command_read(asked, agent->shell, &arena, &command, err) < 0 ||
	    account_find(command.user, "/etc/passwd", "/etc/group", &account, err) < 0)
		return -1;
	command_add_home(&command, account.home, &arena);
	struct step *step = task_new(agent, sizeof *step, &step_class, request->id);
	step->failure = -1;
	step->program = mem_strdup(command.argv[0]);
	step->cwd = mem_strdup(command.cwd);
	if (open_and_start(step, &command, &account, err) < 0) {
		task_abandon(&step->task);
		return -1;
	}
	return 0;
}
