#include "agent/render/life/processes.h"

#include "agent/render/command.h"
#include "common/memory.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct process {
	struct processes *all;
	pid_t pid;
	process_done *done;
	void *ctx;
	uint32_t timer;
	bool late;
	struct process *next;
};

struct processes {
	struct loop *loop;
	struct process *first;
};

struct processes *processes_new(struct loop *loop)
{
	struct processes *processes = mem_alloc(sizeof *processes);
	processes->loop = loop;
	return processes;
}

static void forget(struct process *process)
{
	struct process **at = &process->all->first;
	while (*at != process)
		at = &(*at)->next;
	*at = process->next;
	loop_cancel(process->all->loop, process->timer);
	free(process);
}

void processes_free(struct processes *processes)
{
	if (!processes)
		return;
	while (processes->first) {
		kill(-processes->first->pid, SIGTERM);
		forget(processes->first);
	}
	free(processes);
}

static void too_late(void *ctx)
{
	struct process *process = ctx;
	process->timer = 0;
	process->late = true;
	kill(-process->pid, SIGKILL);
}

pid_t processes_start(struct processes *processes, const struct exec_settings *exec,
		      process_done *done, void *ctx, struct error *err)
{
	if (command_check(exec, err) < 0)
		return -1;
	pid_t pid = fork();
	if (pid < 0)
		return error_errno(err, "can't run '%s'", exec->command);
	if (pid == 0)
		command_become(exec);
	setpgid(pid, pid); /* whoever comes first */
	struct process *process = mem_alloc(sizeof *process);
	*process = (struct process){
		.all = processes, .pid = pid, .done = done, .ctx = ctx, .next = processes->first};
	processes->first = process;
	if (exec->timeout_ms)
		process->timer = loop_after(processes->loop, exec->timeout_ms, too_late, process);
	return pid;
}

void processes_reap(struct processes *processes)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		struct process *process = processes->first;
		while (process && process->pid != pid)
			process = process->next;
		if (!process)
			continue;
		process_done *done = process->done;
		void *ctx = process->ctx;
		bool late = process->late;
		forget(process);
		done(ctx, status, late);
	}
}
