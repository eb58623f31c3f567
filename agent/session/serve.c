#include "agent/session/agent.h"
#include "agent/session/shells.h"

#include "agent/session/turn.h"
#include "common/guard.h"
#include "common/own.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAFE_FD = 10 };

/* In place of the driver's descriptors, which no child and no library may find at 0 and 1. */
static int open_nothing(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int both[2];
	if (fd >= 0 || pipe2(both, O_CLOEXEC) < 0)
		return fd;
	close(both[1]);
	return both[0];
}

static int take_descriptors(struct agent *agent, int in, int out, struct error *err)
{
	agent->in = fcntl(in, F_DUPFD_CLOEXEC, SAFE_FD);
	agent->out = fcntl(out, F_DUPFD_CLOEXEC, SAFE_FD);
	int nothing = open_nothing();
	agent->nothing = nothing < 0 ? -1 : fcntl(nothing, F_DUPFD_CLOEXEC, SAFE_FD);
	if (agent->in < 0 || agent->out < 0 || agent->nothing < 0)
		return error_errno(err, "the session's standard input and output");
	dup2(agent->nothing, 0);
	dup2(agent->nothing, 1);
	if (fcntl(2, F_GETFD) < 0)
		dup2(agent->nothing, 2);
	if (nothing > 2)
		close(nothing);
	if (fcntl(agent->in, F_SETFL, O_NONBLOCK) < 0 || fcntl(agent->out, F_SETFL, O_NONBLOCK) < 0)
		return error_errno(err, "the session's standard input and output");
	return 0;
}

static int take_signals(struct agent *agent, struct error *err)
{
	sigset_t handled;
	sigemptyset(&handled);
	sigaddset(&handled, SIGCHLD);
	sigaddset(&handled, SIGTERM);
	sigaddset(&handled, SIGINT);
	sigprocmask(SIG_BLOCK, &handled, &agent->mask);
	signal(SIGPIPE, SIG_IGN);
	agent->signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
	return agent->signals < 0 ? error_errno(err, "can't wait for signals") : 0;
}

static int begin(struct agent *agent, int in, int out, struct error *err)
{
	*agent = (struct agent){.in = -1, .out = -1, .signals = -1, .nothing = -1};
	if (take_signals(agent, err) < 0 || take_descriptors(agent, in, out, err) < 0)
		return -1;
	if (getpid() != 1)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_DUMPABLE, 0); /* steps of other users can't look into this process */
	umask(022);
	clock_gettime(CLOCK_REALTIME_COARSE, &agent->began);
	agent->shell = shells_for_steps();
	hello_say(agent);
	return 0;
}

static void end(struct agent *agent)
{
	kill_all(agent);
	while (agent->tasks) {
		struct task *task = agent->tasks;
		agent->tasks = task->next;
		task_free(task);
	}
	frame_joiner_free(&agent->joiner);
	buf_free(&agent->received);
	outbox_free(&agent->outbox);
	const int fds[] = {agent->in, agent->out, agent->signals, agent->nothing};
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

struct serving {
	struct agent agent;
	struct turn turn;
};

static int serve(void *ctx, struct error *err)
{
	struct serving *serving = ctx;
	(void)err;
	turn_take(&serving->agent, &serving->turn);
	return 0;
}

int agent_serve(int in, int out, struct error *err)
{
	struct serving serving = {0};
	struct agent *agent = &serving.agent;
	int failed = begin(agent, in, out, err);
	while (!failed && !agent->ended) {
		auto_error struct error exhausted = {0};
		if (outbox_flush(&agent->outbox, agent->out) < 0)
			break; /* nobody listens any more */
		if (mem_guard(serve, &serving, &exhausted) < 0)
			turn_give_up(agent, &exhausted);
	}
	turn_free(&serving.turn);
	end(agent);
	return failed ? -1 : agent->exit_code;
}
