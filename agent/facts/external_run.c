/* Programs of external facts: started in groups, watched by one poll loop, killed when they take
 * too long or print too much. */
#include "agent/facts/external.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 16, STEP = 16 << 10, LONGEST_COMPLAINT = 200, CANNOT_RUN = 126 };

/* The ends of its pipes; -1 once they are closed. */
struct running {
	struct facts_program *program;
	struct buf complaint;
	int output, diagnostics;
	pid_t pid;
};

static uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static _Noreturn void become(const char *path, int output, int diagnostics)
{
	char *argv[] = {(char *)path, NULL};
	sigset_t none;
	int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	if (input >= 0)
		dup2(input, STDIN_FILENO);
	else
		close(STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(diagnostics, STDERR_FILENO);
	execv(path, argv);
	dprintf(STDERR_FILENO, "%s\n", strerror(errno));
	_exit(CANNOT_RUN);
}

static int start(struct running *running, struct facts_program *program)
{
	int output[2], diagnostics[2];
	*running = (struct running){.program = program, .output = -1, .diagnostics = -1};
	if (pipe2(output, O_CLOEXEC) < 0)
		return error_errno(&program->error, "can't run it");
	autoclose int output_end = output[1];
	running->output = output[0];
	if (pipe2(diagnostics, O_CLOEXEC) < 0)
		return error_errno(&program->error, "can't run it");
	autoclose int diagnostics_end = diagnostics[1];
	running->diagnostics = diagnostics[0];
	running->pid = fork();
	if (running->pid == 0)
		become(program->path, output_end, diagnostics_end);
	if (running->pid < 0)
		return error_errno(&program->error, "can't run it");
	setpgid(running->pid, running->pid); /* whoever of the two comes first */
	return 0;
}

static void hang_up(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Its descendants too: one of them may hold the pipe. */
static void stop(struct running *running)
{
	kill(-running->pid, SIGKILL);
	hang_up(&running->output);
	hang_up(&running->diagnostics);
}

static void take(struct running *running, int *fd, struct buf *into, size_t limit)
{
	char step[STEP];
	ssize_t got = read(*fd, step, sizeof step);
	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0)
		hang_up(fd);
	else if (into->len + (size_t)got <= limit)
		buf_add(into, step, (size_t)got);
	else if (into == &running->program->output) {
		error_set(&running->program->error, "it printed more than %d KiB",
			  FACTS_EXTERNAL_LIMIT / 1024);
		stop(running);
	}
}

static bool is_done(const struct running *running)
{
	return running->output < 0;
}

/* Waits once for what any of them prints; false when all have closed their output. */
static bool turn(struct running *all, size_t count, int timeout_ms)
{
	struct pollfd polled[2 * AT_ONCE];
	bool busy = false;
	for (size_t i = 0; i < count; i++) {
		polled[2 * i] = (struct pollfd){.fd = all[i].output, .events = POLLIN};
		polled[2 * i + 1] = (struct pollfd){.fd = all[i].diagnostics, .events = POLLIN};
		busy |= !is_done(&all[i]);
	}
	if (!busy || poll(polled, 2 * count, timeout_ms) <= 0)
		return busy;
	for (size_t i = 0; i < count; i++) {
		struct running *running = &all[i];
		if (polled[2 * i].revents && running->output >= 0)
			take(running, &running->output, &running->program->output,
			     FACTS_EXTERNAL_LIMIT);
		if (polled[2 * i + 1].revents && running->diagnostics >= 0)
			take(running, &running->diagnostics, &running->complaint,
			     LONGEST_COMPLAINT);
	}
	return true;
}

static void judge(struct running *running, int status)
{
	struct error *err = &running->program->error;
	const char *complaint = buf_text(&running->complaint);
	int line = (int)strcspn(complaint, "\n");
	if (error_is_set(err) || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return;
	if (WIFSIGNALED(status))
		error_set(err, "it was killed by signal %d", WTERMSIG(status));
	else
		error_set(err, "it ended with exit code %d%s%.*s", WEXITSTATUS(status),
			  line ? ": " : "", line, complaint);
}

static uint64_t left_until(uint64_t end)
{
	uint64_t now = now_ms();
	return now < end ? end - now : 0;
}

/* One that has closed its output may still run: it has the rest of its time. */
static void finish(struct running *running, uint64_t end)
{
	int status = 0;
	pid_t ended = 0;
	if (running->pid <= 0) {
		hang_up(&running->output);
		hang_up(&running->diagnostics);
		return;
	}
	while (!error_is_set(&running->program->error) && is_done(running) &&
	       (ended = waitpid(running->pid, &status, WNOHANG)) == 0 && left_until(end))
		usleep(1000);
	if (!ended) {
		if (!error_is_set(&running->program->error))
			error_set(&running->program->error, "it did not end in time");
		stop(running);
		while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	stop(running); /* what it left behind in its group */
	judge(running, status);
	buf_free(&running->complaint);
}

static void run_batch(struct facts_program *programs, size_t count, unsigned timeout_ms)
{
	struct running all[AT_ONCE];
	uint64_t end = now_ms() + timeout_ms;
	for (size_t i = 0; i < count; i++)
		if (start(&all[i], &programs[i]) < 0)
			hang_up(&all[i].output);
	while (left_until(end) && turn(all, count, (int)left_until(end)))
		;
	for (size_t i = 0; i < count; i++)
		finish(&all[i], end);
}

void facts_run_programs(struct facts_program *programs, size_t count, unsigned timeout_ms)
{
	for (size_t i = 0; i < count; i += AT_ONCE)
		run_batch(programs + i, count - i < AT_ONCE ? count - i : AT_ONCE, timeout_ms);
}
