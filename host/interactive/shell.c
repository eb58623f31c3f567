#include "host/interactive/shell.h"

#include "common/memory.h"
#include "host/interactive/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
	PIECE = 65536,
	INPUT_FULL = 1 << 20, /* more than this is on its way: standard input has to wait */
	PAUSE_MS = 10,        /* until it is looked at again */
	HUNG_UP = 128 + SIGHUP,
};

struct shell {
	struct shell_setup setup;
	struct container *container;
	struct terminal terminal;
	bool has_terminal;
	bool reading; /* standard input is watched */
	uint32_t pause;
	int signals;   /* a signalfd: another size; -1: none */
	sigset_t mask; /* as it was before */
};

static void on_input(void *ctx, unsigned events);

static void stop_reading(struct shell *shell)
{
	if (shell->reading)
		loop_unwatch(shell->setup.loop, STDIN_FILENO);
	shell->reading = false;
}

static void go_on_reading(void *ctx)
{
	struct shell *shell = ctx;
	shell->pause = 0;
	shell->reading = true;
	loop_watch(shell->setup.loop, STDIN_FILENO, LOOP_READ, on_input, shell);
}

static void input_ended(struct shell *shell)
{
	stop_reading(shell);
	if (shell->has_terminal)
		container_interrupt(shell->container, "the terminal is gone", HUNG_UP);
	else
		container_aside_input(shell->container, NULL, 0, false);
}

static void on_input(void *ctx, unsigned events)
{
	struct shell *shell = ctx;
	char piece[PIECE];
	(void)events;
	ssize_t got = read(STDIN_FILENO, piece, sizeof piece);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		input_ended(shell);
		return;
	}
	container_aside_input(shell->container, piece, (size_t)got, true);
	if (container_aside_pending(shell->container) < INPUT_FULL)
		return;
	stop_reading(shell);
	shell->pause = loop_after(shell->setup.loop, PAUSE_MS, go_on_reading, shell);
}

static void on_signal(void *ctx, unsigned events)
{
	struct shell *shell = ctx;
	struct signalfd_siginfo info;
	unsigned rows, cols;
	(void)events;
	if (read(shell->signals, &info, sizeof info) != (ssize_t)sizeof info)
		return;
	if (info.ssi_signo != SIGWINCH)
		return;
	terminal_size(&rows, &cols);
	container_aside_resize(shell->container, rows, cols);
}

static void on_output(void *ctx, int stream, const char *data, size_t len)
{
	struct shell *shell = ctx;
	int fd = stream == 2 ? STDERR_FILENO : STDOUT_FILENO;
	if (terminal_write(fd, data, len) < 0)
		container_interrupt(shell->container, "nobody reads the output any more",
				    128 + SIGPIPE);
}

/* Gives back what is the user's; again: nothing happens. */
static void leave(struct shell *shell)
{
	stop_reading(shell);
	loop_cancel(shell->setup.loop, shell->pause);
	shell->pause = 0;
	if (shell->signals >= 0) {
		loop_unwatch(shell->setup.loop, shell->signals);
		close(shell->signals);
		sigprocmask(SIG_SETMASK, &shell->mask, NULL);
	}
	shell->signals = -1;
	terminal_restore(&shell->terminal);
}

static void on_ended(void *ctx, const struct session_exit *exit, struct error *err)
{
	struct shell *shell = ctx;
	leave(shell);
	shell->setup.ended(shell->setup.ctx, exit, err);
}

/* SIGTSTP is kept away from a terminal in this state: whoever sends it would be left with it. */
static int take_terminal(struct shell *shell, struct error *err)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTSTP);
	if (sigprocmask(SIG_BLOCK, &set, &shell->mask) < 0)
		return error_errno(err, "can't block signals");
	shell->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (shell->signals < 0)
		return error_errno(err, "can't wait for signals");
	loop_watch(shell->setup.loop, shell->signals, LOOP_READ, on_signal, shell);
	return terminal_make_raw(&shell->terminal, err);
}

static void begin(struct shell *shell)
{
	static const struct aside_events events = {.output = on_output, .ended = on_ended};
	struct aside aside = {.command = shell->setup.argv,
			      .user = shell->setup.user,
			      .input = true,
			      .events = &events,
			      .ctx = shell};
	if (shell->has_terminal) {
		aside.term = getenv("TERM");
		terminal_size(&aside.rows, &aside.cols);
	}
	container_begin_aside(shell->container, &aside);
	go_on_reading(shell);
}

struct shell *shell_begin(const struct shell_setup *setup, struct container *container,
			  struct error *err)
{
	struct shell *shell = mem_alloc(sizeof *shell);
	shell->setup = *setup;
	shell->container = container;
	shell->signals = -1;
	shell->has_terminal = terminal_is_there();
	if (shell->has_terminal && take_terminal(shell, err) < 0) {
		shell_free(shell);
		return NULL;
	}
	begin(shell);
	return shell;
}

void shell_free(struct shell *shell)
{
	if (!shell)
		return;
	leave(shell);
	free(shell);
}

int shell_exit_code(const struct session_exit *exit)
{
	return exit->signalled ? 128 + exit->code : exit->code;
}
