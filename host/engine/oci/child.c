#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

_Noreturn static void work_in_child(int (*work)(void *ctx, struct error *err), void *ctx,
				    int report)
{
	struct error err = {0};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (work(ctx, &err) == 0)
		_exit(0);
	const char *text = err.message ? err.message : "it failed";
	ssize_t written = write(report, text, strlen(text));
	_exit(written < 0 ? 2 : 1);
}

static void read_all(int fd, struct buf *text)
{
	char chunk[512];
	ssize_t got;
	while ((got = read(fd, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			buf_add(text, chunk, (size_t)got);
}

int in_child(int (*work)(void *ctx, struct error *err), void *ctx, struct error *err)
{
	auto_buf struct buf text = {0};
	int report[2], status = 0;
	if (pipe2(report, O_CLOEXEC) < 0)
		return error_errno(err, "can't make a pipe");
	pid_t pid = fork();
	if (pid == 0)
		work_in_child(work, ctx, report[1]);
	close(report[1]);
	if (pid > 0)
		read_all(report[0], &text);
	close(report[0]);
	if (pid < 0)
		return error_errno(err, "can't fork");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (status == 0)
		return 0;
	return error_set(err, "%s", text.len ? text.data : "a child process died");
}
