#include "agent/session/terminal.h"

#include "agent/session/command.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441 /* musl's headers know it since 1.1.21 */
#endif

/* By the near end where the kernel can: /dev/pts may be another one's, or not there. */
static int open_far_end(int near)
{
	int far = ioctl(near, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (far >= 0)
		return far;
	const char *name = ptsname(near);
	return name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
}

int terminal_open(struct task *task, const struct winsize *size, uid_t owner, int *end,
		  struct error *err)
{
	int near = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (near < 0)
		return error_errno(err, "can't make a terminal: /dev/ptmx");
	task->watches[WATCH_STDOUT] = (struct watch){near, POLLIN, true};
	if (unlockpt(near) < 0 || (*end = open_far_end(near)) < 0)
		return error_errno(err, "can't open the terminal in /dev/pts");
	int writing = fcntl(near, F_DUPFD_CLOEXEC, 3);
	if (writing < 0 || ioctl(near, TIOCSWINSZ, size) < 0 ||
	    fcntl(near, F_SETFL, O_NONBLOCK) < 0)
		return error_errno(err, "can't set the terminal up");
	task->watches[WATCH_INPUT] = (struct watch){writing, 0, false};
	/* So that its user may open it by name; who isn't root has it already. */
	if (fchown(*end, owner, (gid_t)-1) < 0 || fchmod(*end, 0620) < 0)
		errno = 0;
	return 0;
}

void terminal_resize(struct task *task, const struct frame *frame)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	struct winsize size = {0};
	const struct value *asked = frame_json(frame, &arena, &ignored);
	if (asked && command_read_size(asked, &size, &ignored) == 0)
		ioctl(task->watches[WATCH_STDOUT].fd, TIOCSWINSZ, &size);
}
