#include "agent/render/command.h"

#include "agent/signals.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_RUNNABLE = 126, NOT_FOUND = 127 };

bool command_given(const struct exec_settings *exec)
{
	return exec->enabled && exec->command;
}

bool command_equal(const struct exec_settings *a, const struct exec_settings *b)
{
	if (!a->command || !b->command || !a->argv != !b->argv)
		return false;
	if (!a->argv)
		return strcmp(a->command, b->command) == 0;
	size_t i = 0;
	while (a->argv[i] && b->argv[i] && strcmp(a->argv[i], b->argv[i]) == 0)
		i++;
	return !a->argv[i] && !b->argv[i];
}

int command_check(const struct exec_settings *exec, struct error *err)
{
	if (exec->argv || access("/bin/sh", X_OK) == 0)
		return 0;
	return error_set(err,
			 "the command '%s' needs /bin/sh, which is not here: "
			 "write it as a list of words",
			 exec->command);
}

/* --- its environment --- */

/* The lists hold globs over variables' names. */
static bool is_listed(const char *const *globs, const char *variable)
{
	autofree char *name = mem_strndup(variable, strcspn(variable, "="));
	for (; globs && *globs; globs++)
		if (fnmatch(*globs, name, 0) == 0)
			return true;
	return false;
}

static bool passes(const struct environment_settings *environment, const char *variable)
{
	if (environment->pristine || is_listed(environment->deny, variable))
		return false;
	return !environment->allow || is_listed(environment->allow, variable);
}

/* The variables that pass, with the custom ones over them. */
static void set_environment(const struct environment_settings *environment)
{
	size_t count = 0;
	while (environ[count])
		count++;
	char **kept = mem_alloc((count + 1) * sizeof *kept);
	for (size_t i = 0, at = 0; i < count; i++)
		if (passes(environment, environ[i]))
			kept[at++] = environ[i];
	environ = kept;
	for (const char *const *custom = environment->custom; custom && *custom; custom++)
		if (strchr(*custom, '='))
			putenv(mem_strdup(*custom));
}

/* --- running it --- */

/* What a shell does itself is another thing than the program of that name: echo, for one. */
static bool is_builtin(const char *word)
{
	static const char *const builtins[] = {
		"alias", "bg",     "break",  "cd",      "command", "continue", "echo",     "eval",
		"exec",  "exit",   "export", "false",   "fc",      "fg",       "getopts",  "hash",
		"jobs",  "kill",   "local",  "printf",  "pwd",     "read",     "readonly", "return",
		"set",   "shift",  "source", "test",    "time",    "times",    "trap",     "true",
		"type",  "ulimit", "umask",  "unalias", "unset",   "wait",
	};
	for (size_t i = 0; i < COUNT_OF(builtins); i++)
		if (strcmp(word, builtins[i]) == 0)
			return true;
	return false;
}

static bool is_in_path(const char *word)
{
	for (const char *at = getenv("PATH"); at && *at; at += *at == ':') {
		size_t part = strcspn(at, ":");
		autofree char *path = mem_printf("%.*s/%s", (int)part, at, word);
		if (access(path, X_OK) == 0)
			return true;
		at += part;
	}
	return false;
}

/* Whether a program is at the beginning, by its path or its name. */
static bool begins_with_program(const char *command)
{
	size_t len = strspn(command, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789._+-/");
	autofree char *word = mem_strndup(command, len);
	if (!len || (command[len] && !strchr(" \t", command[len])))
		return false;
	if (strchr(word, '/'))
		return access(word, X_OK) == 0;
	return !is_builtin(word) && is_in_path(word);
}

/* One command without anything after it: no operator outside quotes. */
static bool is_simple(const char *command)
{
	char quote = '\0';
	for (const char *at = command; *at; at++) {
		if (*at == '\\' && quote != '\'' && at[1])
			at++;
		else if (quote)
			quote = *at == quote ? '\0' : quote;
		else if (*at == '\'' || *at == '"')
			quote = *at;
		else if (strchr(";&|()`\n", *at))
			return false;
	}
	return begins_with_program(command);
}

/* The program takes the place of a shell that would only wait for it: signals then reach the
 * program, not a shell that dies of them. Many shells do so by themselves, dash does not. */
static const char *for_shell(const char *command)
{
	command += strspn(command, " \t");
	return is_simple(command) ? mem_printf("exec %s", command) : command;
}

/* Whoever reads from it must be in its foreground. There may be none. */
static void take_terminal(void)
{
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(STDIN_FILENO, getpid());
}

/* A service has nobody who would explain its exit code. */
static int cannot_run(const struct exec_settings *exec)
{
	int code = errno == ENOENT ? NOT_FOUND : NOT_RUNNABLE;
	if (!exec->service)
		return NOT_FOUND;
	dprintf(STDERR_FILENO, "agent: can't run '%s': %s\n", exec->argv[0], strerror(errno));
	return code;
}

_Noreturn void command_become(const struct exec_settings *exec)
{
	sigset_t none;
	sigemptyset(&none);
	setpgid(0, 0);
	if (exec->service)
		take_terminal();
	signals_reset(&none);
	set_environment(&exec->environment);
	if (exec->argv)
		execvp(exec->argv[0], (char *const *)exec->argv);
	else
		execl("/bin/sh", "sh", "-c", for_shell(exec->command), (char *)NULL);
	_exit(cannot_run(exec));
}

int command_judge(const struct exec_settings *exec, int status, struct error *err)
{
	if (WIFSIGNALED(status))
		return error_set(err, "the command '%s' was killed by signal %d", exec->command,
				 WTERMSIG(status));
	if (WEXITSTATUS(status) == NOT_FOUND)
		return error_set(err, "the command '%s' failed with exit code %d: no such program",
				 exec->command, NOT_FOUND);
	if (WEXITSTATUS(status))
		return error_set(err, "the command '%s' failed with exit code %d", exec->command,
				 WEXITSTATUS(status));
	return 0;
}

/* Where the kernel has no pidfd_open (before 5.3), a command takes as long as it takes. */
static bool ends_in_time(pid_t child, uint32_t timeout_ms)
{
	autoclose int fd = timeout_ms ? (int)syscall(SYS_pidfd_open, child, 0) : -1;
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	if (fd < 0)
		return true;
	int got;
	while ((got = poll(&poller, 1, (int)timeout_ms)) < 0 && errno == EINTR)
		continue;
	return got != 0;
}

int command_run(const struct exec_settings *exec, struct error *err)
{
	int status;
	if (command_check(exec, err) < 0)
		return -1;
	pid_t child = fork();
	if (child < 0)
		return error_errno(err, "can't run '%s'", exec->command);
	if (child == 0)
		command_become(exec);
	bool late = !ends_in_time(child, exec->timeout_ms);
	if (late)
		kill(-child, SIGKILL);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return error_errno(err, "can't wait for '%s'", exec->command);
	if (late)
		return error_set(err, "the command '%s' took longer than %gs", exec->command,
				 exec->timeout_ms / 1000.0);
	return command_judge(exec, status, err);
}
