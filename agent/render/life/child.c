#include "agent/render/life/child.h"

#include "agent/signals.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { REST_MS = 20 }; /* between looks whether others of its group are there */

struct child {
	struct loop *loop;
	struct processes *processes;
	struct journal *journal;
	const struct exec_settings *exec;
	child_ended *ended;
	void *ctx;
	pid_t pid;  /* and its process group; 0: not running */
	int status; /* how it ended, when others of its group have not yet */
	bool stopping, restarting;
	uint32_t splay, killer, rest; /* timers */
};

struct child *child_new(struct loop *loop, struct processes *processes, struct journal *journal,
			const struct exec_settings *exec, child_ended *ended, void *ctx)
{
	struct child *child = mem_alloc(sizeof *child);
	*child = (struct child){.loop = loop,
				.processes = processes,
				.journal = journal,
				.exec = exec,
				.ended = ended,
				.ctx = ctx};
	/* Whom its processes leave behind comes to us, and is no zombie of its group for long. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return child;
}

static void forget_timers(struct child *child)
{
	loop_cancel(child->loop, child->splay);
	loop_cancel(child->loop, child->killer);
	loop_cancel(child->loop, child->rest);
	child->splay = child->killer = child->rest = 0;
}

void child_free(struct child *child)
{
	if (!child)
		return;
	forget_timers(child);
	free(child);
}

bool child_is_running(const struct child *child)
{
	return child->pid > 0;
}

static int code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void all_ended(struct child *child)
{
	auto_error struct error err = {0};
	forget_timers(child);
	child->pid = 0;
	if (child->restarting && !child->stopping) {
		child->restarting = false;
		if (child_start(child, &err) == 0)
			return;
		journal_write(child->journal, JOURNAL_ERR, "(child) %s", err.message);
	}
	child->ended(child->ctx, code_of(child->status));
}

/* Where it was told to end, so were the others of its group: a shell is gone at once, what it
 * waited for may have work to finish. They have as much time as it has. */
static void look_for_rest(void *ctx)
{
	struct child *child = ctx;
	child->rest = 0;
	if (child->killer && kill(-child->pid, 0) == 0)
		child->rest = loop_after(child->loop, REST_MS, look_for_rest, child);
	else
		all_ended(child);
}

static void has_ended(void *ctx, int status, bool late)
{
	struct child *child = ctx;
	(void)late;
	child->status = status;
	look_for_rest(child);
}

int child_start(struct child *child, struct error *err)
{
	struct exec_settings exec = *child->exec;
	exec.timeout_ms = 0; /* it may run for ever */
	pid_t pid = processes_start(child->processes, &exec, has_ended, child, err);
	if (pid < 0)
		return -1;
	child->pid = pid;
	journal_write(child->journal, JOURNAL_INFO, "(child) runs '%s' as process %d", exec.command,
		      (int)pid);
	return 0;
}

static void kill_it(void *ctx)
{
	struct child *child = ctx;
	child->killer = 0;
	journal_write(child->journal, JOURNAL_WARN, "(child) did not end in time: SIGKILL");
	kill(-child->pid, SIGKILL);
}

static void end_it(struct child *child)
{
	if (!child->pid || child->killer)
		return;
	int number = child->exec->kill_signal;
	if (number) {
		journal_write(child->journal, JOURNAL_INFO, "(child) %s to process %d",
			      signal_name(number), (int)child->pid);
		kill(-child->pid, number);
	}
	child->killer =
		loop_after(child->loop, number ? child->exec->kill_timeout_ms : 0, kill_it, child);
}

static void reload_now(void *ctx)
{
	struct child *child = ctx;
	child->splay = 0;
	if (!child->pid)
		return;
	if (child->exec->reload_signal) {
		journal_write(child->journal, JOURNAL_INFO, "(child) %s to process %d",
			      signal_name(child->exec->reload_signal), (int)child->pid);
		kill(-child->pid, child->exec->reload_signal);
		return;
	}
	child->restarting = true;
	end_it(child);
}

void child_reload(struct child *child)
{
	uint32_t most = child->exec->splay_ms;
	if (!child->pid || child->splay || child->stopping)
		return;
	uint64_t delay = most ? (loop_now_us() * 2862933555777941757u >> 33) % most : 0;
	child->splay = loop_after(child->loop, delay, reload_now, child);
}

void child_stop(struct child *child)
{
	child->stopping = true;
	end_it(child);
}

void child_signal(struct child *child, int number)
{
	if (child->pid)
		kill(-child->pid, number);
}
