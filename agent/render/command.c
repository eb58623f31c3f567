#include "agent/render/command.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_FOUND = 127 };

static _Noreturn void become(const struct render_template *tmpl)
{
	signal(SIGPIPE, SIG_DFL); /* a session's worker ignores it */
	if (tmpl->argv)
		execvp(tmpl->argv[0], (char *const *)tmpl->argv);
	else
		execl("/bin/sh", "sh", "-c", tmpl->command, (char *)NULL);
	_exit(NOT_FOUND);
}

static int judge(const char *command, int status, struct error *err)
{
	if (WIFSIGNALED(status))
		return error_set(err, "the command '%s' was killed by signal %d", command,
				 WTERMSIG(status));
	if (WEXITSTATUS(status) == NOT_FOUND)
		return error_set(err, "the command '%s' failed with exit code %d: no such program",
				 command, NOT_FOUND);
	if (WEXITSTATUS(status))
		return error_set(err, "the command '%s' failed with exit code %d", command,
				 WEXITSTATUS(status));
	return 0;
}

int render_command_run(const struct render_template *tmpl, struct error *err)
{
	int status;
	if (!tmpl->argv && access("/bin/sh", X_OK) < 0)
		return error_set(err,
				 "the command '%s' needs /bin/sh, which is not here: "
				 "write it as a list of words",
				 tmpl->command);
	pid_t child = fork();
	if (child < 0)
		return error_errno(err, "can't run '%s'", tmpl->command);
	if (child == 0)
		become(tmpl);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return error_errno(err, "can't wait for '%s'", tmpl->command);
	return judge(tmpl->command, status, err);
}

bool render_command_equal(const struct render_template *a, const struct render_template *b)
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
