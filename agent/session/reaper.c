#include "agent/session/agent.h"

#include "common/loop.h"
#include "common/own.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_US = 2000000 };

static struct task *task_of(struct agent *agent, pid_t pid)
{
	for (struct task *task = agent->tasks; task; task = task->next)
		if (task->pid == pid)
			return task;
	return NULL;
}

/* Children that belong to no task are orphans that came to the first process. */
void reap(struct agent *agent)
{
	int status;
	struct rusage usage;
	pid_t pid;
	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
		struct task *task = task_of(agent, pid);
		if (!task)
			continue;
		task_reaped(task, status, &usage);
	}
}

bool has_children(void)
{
	siginfo_t info;
	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static pid_t parent_of(const char *pid)
{
	char path[64], text[512];
	snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	autofclose FILE *file = fopen(path, "re");
	size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
	text[len] = '\0';
	/* The name in parentheses may hold anything, parentheses too. */
	const char *name_end = strrchr(text, ')');
	int parent = 0;
	if (!name_end || sscanf(name_end, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

static void kill_children(void)
{
	DIR *proc = opendir("/proc");
	if (!proc)
		return;
	for (const struct dirent *entry; (entry = readdir(proc));) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (pid > 0 && parent_of(entry->d_name) == getpid())
			kill(pid, SIGKILL);
	}
	closedir(proc);
}

/* When the first process of a PID namespace ends, the kernel kills all others and waits for them.
 * Elsewhere the children of a killed child come to this process, a subreaper, and are next. */
void kill_all(struct agent *agent)
{
	if (getpid() == 1)
		return;
	for (struct task *task = agent->tasks; task; task = task->next)
		task_signal(task, SIGKILL);
	uint64_t until = loop_now_us() + PATIENCE_US;
	while (loop_now_us() < until) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);
		if (pid < 0)
			return;
		if (pid)
			continue;
		kill_children();
		nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
	}
}
