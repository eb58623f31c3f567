#include "agent/session/spawn.h"

#include "agent/signals.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What docker gives a container whose image names no PATH. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum stage { STAGE_FILES, STAGE_USER, STAGE_CWD, STAGE_PROGRAM, STAGE_INTERPRETER };

struct failure {
	enum stage stage;
	int number; /* errno */
};

static _Noreturn void fail(int fd, enum stage stage)
{
	struct failure failure = {stage, errno};
	ssize_t wrote = write(fd, &failure, sizeof failure);
	_exit(wrote == (ssize_t)sizeof failure ? 127 : 126);
}

const char *spawn_env(char *const *env, const char *name)
{
	size_t len = strlen(name);
	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

static int become(const struct account *account)
{
	if (geteuid() != 0 && account->uid == geteuid())
		return 0; /* not root: it is what it can be */
	/* A container that dropped the capability can't change groups: its root keeps those it has,
	 * but becomes nobody else. */
	bool same = account->uid == geteuid() && account->gid == getegid();
	if (setgroups(account->group_count, account->groups) < 0 && !(errno == EPERM && same))
		return -1;
	return setgid(account->gid) < 0 ? -1 : setuid(account->uid);
}

/* As execvp: the next directory is tried when the file is missing or may not be run, and the
 * second is remembered. */
static enum stage execute_in_path(const struct spawn *spawn, const char *path)
{
	int remembered = ENOENT;
	for (const char *at = path;; at++) {
		size_t len = strcspn(at, ":");
		char file[PATH_MAX];
		int written = snprintf(file, sizeof file, "%.*s%s%s", (int)len, at, len ? "/" : "",
				       spawn->argv[0]);
		if (written < (int)sizeof file)
			execve(file, spawn->argv, spawn->env);
		if (errno == ENOENT && access(file, F_OK) == 0)
			return STAGE_INTERPRETER;
		if (errno == EACCES)
			remembered = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR)
			return STAGE_PROGRAM;
		at += len;
		if (!*at)
			break;
	}
	errno = remembered;
	return STAGE_PROGRAM;
}

static enum stage execute(const struct spawn *spawn)
{
	const char *program = spawn->argv[0];
	if (!strchr(program, '/') && *program) {
		const char *path = spawn_env(spawn->env, "PATH");
		return execute_in_path(spawn, path ? path : DEFAULT_PATH);
	}
	execve(program, spawn->argv, spawn->env);
	if (errno == ENOENT && *program && access(program, F_OK) == 0)
		return STAGE_INTERPRETER;
	return STAGE_PROGRAM;
}

static _Noreturn void run_child(const struct spawn *spawn)
{
	setsid();
	signals_reset(spawn->mask);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(spawn->files[fd], fd) < 0)
			fail(spawn->failure, STAGE_FILES);
	if (spawn->terminal && ioctl(0, TIOCSCTTY, 0) < 0)
		fail(spawn->failure, STAGE_FILES);
	umask(spawn->umask);
	if (chdir(spawn->cwd) < 0)
		fail(spawn->failure, STAGE_CWD);
	if (become(spawn->account) < 0)
		fail(spawn->failure, STAGE_USER);
	fail(spawn->failure, execute(spawn));
}

pid_t spawn(const struct spawn *spawn, struct error *err)
{
	pid_t pid = fork();
	if (pid == 0)
		run_child(spawn);
	if (pid < 0)
		return error_errno(err, "can't start a process");
	return pid;
}

int spawn_failed(int failure, const char *program, const char *cwd, struct error *err)
{
	struct failure said;
	if (read(failure, &said, sizeof said) != (ssize_t)sizeof said)
		return 0;
	errno = said.number;
	switch (said.stage) {
	case STAGE_FILES:
		return error_errno(err, "can't run \"%s\": its standard files", program);
	case STAGE_USER:
		return error_errno(err, "can't run \"%s\": can't become its user", program);
	case STAGE_CWD:
		return error_errno(err, "can't run \"%s\": can't change to its directory \"%s\"",
				   program, cwd);
	case STAGE_INTERPRETER:
		return error_set(err,
				 "can't run \"%s\": the file is there, but the interpreter or "
				 "loader it names is not",
				 program);
	case STAGE_PROGRAM:
		break;
	}
	return error_errno(err, "can't run \"%s\"", program);
}
