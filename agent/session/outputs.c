#include "agent/session/outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

int outputs_open(struct task *task, int ends[2], struct error *err)
{
	ends[0] = ends[1] = -1;
	for (int i = 0; i < 2; i++) {
		struct watch *watch = &task->watches[WATCH_STDOUT + i];
		int both[2];
		if (pipe2(both, O_CLOEXEC) < 0)
			return error_errno(err, "can't make a pipe");
		ends[i] = both[1];
		fcntl(both[0], F_SETFL, O_NONBLOCK);
		*watch = (struct watch){both[0], POLLIN, true};
	}
	return 0;
}

size_t outputs_read(struct task *task, struct watch *watch)
{
	char bytes[READ_SIZE];
	ssize_t got = read(watch->fd, bytes, sizeof bytes);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0) {
		task_close(watch);
		return 0;
	}
	enum frame_type type = watch == &task->watches[WATCH_STDOUT] ? FRAME_STDOUT : FRAME_STDERR;
	if (!task->answered)
		frame_add(&task->agent->outbox.bytes, type, task->id, bytes, (size_t)got);
	return (size_t)got;
}

static void drain(struct task *task, struct watch *watch)
{
	int there = 0;
	if (watch->fd < 0 || ioctl(watch->fd, FIONREAD, &there) < 0)
		return;
	for (size_t left = (size_t)there, got; left; left -= got < left ? got : left)
		if ((got = outputs_read(task, watch)) == 0)
			return;
	/* Most pipes have come to their end: no turn of the loop is needed to find out. */
	outputs_read(task, watch);
}

void outputs_drain(struct task *task)
{
	drain(task, &task->watches[WATCH_STDOUT]);
	drain(task, &task->watches[WATCH_STDERR]);
}

bool outputs_closed(const struct task *task)
{
	return task->watches[WATCH_STDOUT].fd < 0 && task->watches[WATCH_STDERR].fd < 0;
}
