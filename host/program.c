#include "host/program.h"

#include "common/loop.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { TICK_MS = 100 }; /* between looks at signals that wait */

/* Its three streams, as we hold them, and what is still to be written. */
struct running {
	const struct program *program;
	struct program_result *result;
	pid_t pid;
	int fds[3]; /* -1: closed */
	size_t written, input_len;
	uint64_t began, end; /* when it must have ended */
	unsigned seconds;    /* that were told */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool overridden(const char *const *env, const char *entry)
{
	size_t len = strcspn(entry, "=");
	for (; env && *env; env++)
		if (strcspn(*env, "=") == len && strncmp(*env, entry, len) == 0)
			return true;
	return false;
}

/* The list is the caller's, the strings are not. */
static char **environment(const char *const *env)
{
	size_t count = 0, len = 0;
	while (environ[count])
		count++;
	for (size_t i = 0; env && env[i]; i++)
		count++;
	char **list = mem_alloc((count + 1) * sizeof *list);
	for (char **entry = environ; *entry; entry++)
		if (!overridden(env, *entry))
			list[len++] = *entry;
	for (; env && *env; env++)
		if (strchr(*env, '='))
			list[len++] = (char *)*env;
	return list;
}

void program_usual_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, usual;
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &usual);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(struct running *running, const int theirs[3], struct error *err)
{
	const struct program *program = running->program;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	autofree char **env = environment(program->env);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	program_usual_signals(&attributes);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, theirs[i], i);
	errno = posix_spawnp(&running->pid, program->argv[0], &actions, &attributes,
			     (char *const *)program->argv, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (errno == ENOENT)
		return error_as(err, ERROR_PROGRAM_MISSING, "there is no program %s in PATH",
				program->argv[0]);
	return errno ? error_errno(err, "can't run %s", program->argv[0]) : 0;
}

static int start(struct running *running, struct error *err)
{
	int theirs[3] = {-1, -1, -1}, status = 0;
	for (int i = 0; i < 3 && status == 0; i++) {
		int ends[2];
		if (pipe2(ends, O_CLOEXEC) < 0) {
			status = error_errno(err, "can't make a pipe");
			continue;
		}
		running->fds[i] = ends[i == 0];
		theirs[i] = ends[i != 0];
		fcntl(running->fds[i], F_SETFL, O_NONBLOCK);
	}
	if (status == 0)
		status = spawn(running, theirs, err);
	for (int i = 0; i < 3; i++)
		close_fd(&theirs[i]);
	return status;
}

static void give(struct running *running)
{
	ssize_t len = running->input_len == running->written
			      ? 0
			      : write(running->fds[0], running->program->input + running->written,
				      running->input_len - running->written);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	running->written += len > 0 ? (size_t)len : 0;
	/* All is said, or it does not listen: its answer tells what it makes of that. */
	if (len <= 0 || running->written == running->input_len)
		close_fd(&running->fds[0]);
}

static int take(struct running *running, int i, struct error *err)
{
	char chunk[16384];
	struct buf *into = i == 1 ? &running->result->out : &running->result->diagnostics;
	ssize_t len = read(running->fds[i], chunk, sizeof chunk);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (len <= 0)
		close_fd(&running->fds[i]);
	else
		buf_add(into, chunk, (size_t)len);
	return into->len > running->program->limit
		       ? error_as(err, ERROR_PROGRAM_FAILED, "%s says more than %zu bytes",
				  running->program->argv[0], running->program->limit)
		       : 0;
}

static void tell(struct running *running, uint64_t now)
{
	unsigned seconds = (unsigned)((now - running->began) / 1000000);
	if (running->program->waiting && seconds > running->seconds)
		running->program->waiting(running->program->ctx, seconds);
	running->seconds = seconds;
}

static int serve(struct running *running, struct error *err)
{
	int status = 0;
	while (status == 0 && (running->fds[1] >= 0 || running->fds[2] >= 0)) {
		struct pollfd polled[3];
		uint64_t now = loop_now_us();
		if (now >= running->end)
			return error_as(err, ERROR_PROGRAM_FAILED, "%s did not end within %llu s",
					running->program->argv[0],
					(unsigned long long)running->program->timeout_ms / 1000);
		tell(running, now);
		if (interrupt_pending())
			return interrupt_error(interrupt_pending(), err);
		for (int i = 0; i < 3; i++)
			polled[i] = (struct pollfd){running->fds[i], i ? POLLIN : POLLOUT, 0};
		uint64_t left_ms = (running->end - now) / 1000 + 1;
		if (poll(polled, 3, left_ms < TICK_MS ? (int)left_ms : TICK_MS) < 0 &&
		    errno != EINTR)
			return error_errno(err, "can't wait for %s", running->program->argv[0]);
		if (running->fds[0] >= 0 && polled[0].revents)
			give(running);
		for (int i = 1; i < 3 && status == 0; i++)
			if (running->fds[i] >= 0 && polled[i].revents)
				status = take(running, i, err);
	}
	return status;
}

/* Its streams may be closed before it ends: it has no more time for that. */
static int reap(struct running *running, bool failed)
{
	const struct timespec moment = {.tv_nsec = 5000000};
	int ended = 0;
	pid_t pid;
	if (failed)
		kill(running->pid, SIGKILL);
	while ((pid = waitpid(running->pid, &ended, WNOHANG)) == 0 || (pid < 0 && errno == EINTR)) {
		if (loop_now_us() >= running->end)
			kill(running->pid, SIGKILL);
		nanosleep(&moment, NULL);
	}
	return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
}

int program_run(const struct program *program, struct program_result *result, struct error *err)
{
	struct running running = {.program = program,
				  .result = result,
				  .fds = {-1, -1, -1},
				  .input_len = program->input ? strlen(program->input) : 0,
				  .began = loop_now_us()};
	running.end = running.began + program->timeout_ms * 1000;
	int status = start(&running, err);
	bool started = status == 0;
	if (started)
		status = serve(&running, err);
	for (int i = 0; i < 3; i++)
		close_fd(&running.fds[i]);
	if (started)
		result->code = reap(&running, status < 0);
	return status;
}

void program_result_free(struct program_result *result)
{
	buf_free(&result->out);
	buf_free(&result->diagnostics);
}

const char *program_complaint(struct program_result *result)
{
	struct buf *said = &result->diagnostics;
	while (said->len && strchr("\r\n ", said->data[said->len - 1]))
		said->data[--said->len] = '\0';
	const char *line = said->len ? memrchr(said->data, '\n', said->len) : NULL;
	return line ? line + 1 : buf_text(said);
}

char *program_find(const char *name)
{
	const char *path = getenv("PATH");
	for (size_t len; path && *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		char *file = mem_printf("%.*s/%s", (int)len, path, name);
		if (len && access(file, X_OK) == 0)
			return file;
		free(file);
	}
	return NULL;
}
