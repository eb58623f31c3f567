#include "agent/render/life/child.h"

#include "agent/signals.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <sys/wait.h>

struct child {
	struct loop *loop;
	struct processes *processes;
	struct journal *journal;
	const struct exec_settings *exec;
	child_ended *ended;
	void *ctx;
	pid_t pid; /* 0: not running */
	bool stopping, restarting;
	uint32_t splay, killer; /* timers */
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
	return child;
}

void child_free(struct child *child)
{
	if (!child)
		return;
	loop_cancel(child->loop, child->splay);
	loop_cancel(child->loop, child->killer);
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

static void has_ended(void *ctx, int status, bool late)
{
	struct child *child = ctx;
	auto_error struct error err = {0};
	(void)late;
	loop_cancel(child->loop, child->killer);
	loop_cancel(child->loop, child->splay);
	child->killer = child->splay = 0;
	child->pid = 0;
	if (child->restarting && !child->stopping) {
		child->restarting = false;
		if (child_start(child, &err) == 0)
			return;
		journal_write(child->journal, JOURNAL_ERR, "(child) %s", err.message);
	}
	child->ended(child->ctx, code_of(status));
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

/* A service decides itself what the others of its group hear. */
static void send(const struct child *child, int number)
{
	kill(child->exec->service ? child->pid : -child->pid, number);
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
	journal_write(child->journal, JOURNAL_INFO, "(child) %s to process %d",
		      signal_name(child->exec->kill_signal), (int)child->pid);
	if (child->exec->kill_signal)
		send(child, child->exec->kill_signal);
	child->killer = loop_after(child->loop, child->exec->kill_timeout_ms, kill_it, child);
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
		kill(child->pid, child->exec->reload_signal);
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
		send(child, number);
}
