/* RENDER and FACTS: done by a forked copy of the agent, for they may block and take long. The
 * worker speaks the session's own frames on a socket; they are passed on to the driver. */
#include "agent/session/agent.h"
#include "agent/session/outputs.h"
#include "agent/signals.h"
#include "agent/session/work.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WATCH_CHANNEL = WATCH_INPUT };

struct worker {
	struct task task;
	enum frame_type request;
	struct buf received;
};

static bool may_send(const struct task *task, const struct frame *frame)
{
	return frame->id == task->id && (frame->type == FRAME_WANT || frame->type == FRAME_RESULT ||
					 frame->type == FRAME_ERROR);
}

static void pass_on(struct task *task, const struct buf *bytes, const struct frame *frame)
{
	/* What a template's command printed before comes before the answer. */
	outputs_drain(task);
	buf_add(&task->agent->outbox.bytes, bytes->data, FRAME_HEADER + frame->length);
	task->answered = frame->type != FRAME_WANT && !frame->more;
}

static void pass_frames_on(struct worker *worker)
{
	struct task *task = &worker->task;
	auto_error struct error err = {0};
	struct frame frame;
	int got = 0;
	while (!task->answered && (got = frame_parse(&worker->received, &frame, &err)) > 0) {
		if (!may_send(task, &frame)) {
			got = error_set(&err, "a %s frame", frame_type_name(frame.type));
			break;
		}
		pass_on(task, &worker->received, &frame);
		buf_consume(&worker->received, FRAME_HEADER + frame.length);
	}
	if (got < 0) {
		error_wrap(&err, "the agent's worker sent nonsense");
		task_failed(task, &err);
	}
}

/* False when nothing more is there now. */
static bool read_channel(struct worker *worker)
{
	struct watch *watch = &worker->task.watches[WATCH_CHANNEL];
	if (watch->fd < 0)
		return false;
	ssize_t got = read(watch->fd, buf_reserve(&worker->received, READ_SIZE), READ_SIZE);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got <= 0) {
		task_close(watch);
		return false;
	}
	worker->received.len += (size_t)got;
	pass_frames_on(worker);
	return true;
}

static void worker_ready(struct task *task, struct watch *watch)
{
	if (watch == &task->watches[WATCH_CHANNEL]) {
		read_channel((struct worker *)task);
		task_input(task);
	} else {
		outputs_read(task, watch);
	}
	task->over = !task->pid && outputs_closed(task);
}

static void worker_frame(struct task *task, const struct frame *frame)
{
	if (frame->type == FRAME_SIGNAL)
		task_signal_frame(task, frame);
	if (frame->type != FRAME_VALUE)
		return;
	frame_add(&task->input.bytes, FRAME_VALUE, task->id, frame->payload, frame->length);
	task_input(task);
}

static void worker_reaped(struct task *task, int status, const struct rusage *usage)
{
	struct worker *worker = (struct worker *)task;
	auto_error struct error err = {0};
	(void)usage;
	task->pid = 0;
	while (read_channel(worker))
		;
	outputs_drain(task);
	if (!task->answered && WIFEXITED(status) && WEXITSTATUS(status) == MEM_EXIT_CODE) {
		error_exhausted(&err);
		error_wrap(&err, "the agent's worker for %s", frame_type_name(worker->request));
		task_failed(task, &err);
	} else if (!task->answered) {
		error_set(&err, "the agent's worker for %s ended without an answer (%s %d)",
			  frame_type_name(worker->request),
			  WIFSIGNALED(status) ? "signal" : "exit code",
			  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		task_failed(task, &err);
	}
	task_close(&task->watches[WATCH_CHANNEL]);
	task->over = outputs_closed(task);
}

static void worker_release(struct task *task)
{
	buf_free(&((struct worker *)task)->received);
}

static const struct task_class worker_class = {
	.ready = worker_ready,
	.frame = worker_frame,
	.reaped = worker_reaped,
	.release = worker_release,
};

/* There is no exec that would close them: a step's input, say, must not stay open here. */
static void close_inherited(const struct agent *agent)
{
	close(agent->in);
	close(agent->out);
	close(agent->signals);
	for (const struct task *task = agent->tasks; task; task = task->next)
		for (size_t i = 0; i < COUNT_OF(task->watches); i++)
			if (task->watches[i].fd >= 0)
				close(task->watches[i].fd);
}

static _Noreturn void run_worker(struct worker *worker, const struct frame *request, int channel,
				 const int ends[2])
{
	const struct agent *agent = worker->task.agent;
	setsid();
	signals_reset(&agent->mask);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(agent->nothing, 0) < 0 || dup2(ends[0], 1) < 0 || dup2(ends[1], 2) < 0)
		_exit(126);
	close_inherited(agent);
	work(request, channel);
	_exit(0);
}

static int start(struct worker *worker, const struct frame *request, struct error *err)
{
	int ends[2], pair[2];
	int made = outputs_open(&worker->task, ends, err);
	autoclose int out = ends[0];
	autoclose int error_out = ends[1];
	if (made < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, "can't make a socket pair");
	autoclose int channel = pair[1];
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	worker->task.watches[WATCH_CHANNEL] = (struct watch){pair[0], POLLIN, true};
	pid_t pid = fork();
	if (pid == 0)
		run_worker(worker, request, channel, (int[]){out, error_out});
	if (pid < 0)
		return error_errno(err, "can't start a worker");
	worker->task.pid = pid;
	return 0;
}

int worker_begin(struct agent *agent, const struct frame *request, struct error *err)
{
	struct worker *worker = task_new(agent, sizeof *worker, &worker_class, request->id);
	worker->request = request->type;
	if (start(worker, request, err) < 0) {
		task_abandon(&worker->task);
		return -1;
	}
	return 0;
}
