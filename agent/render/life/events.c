/* Signals, and what is looked at from time to time. */
#include "agent/render/life/runner_parts.h"
#include "agent/signals.h"
#include "common/own.h"

#include <sys/signalfd.h>

enum { LOOK_MS = 500 };

static const int always[] = {SIGINT, SIGTERM, SIGCHLD, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGHUP};

static void on_signal(struct runner *runner, int number)
{
	const struct render_settings *settings = runner->settings;
	if (number == SIGCHLD) {
		processes_reap(runner->processes);
	} else if (number == settings->reload_signal) {
		runner->reload = true;
	} else if (number == SIGINT || number == SIGTERM || number == settings->kill_signal) {
		journal_write(runner->journal, JOURNAL_INFO, "(runner) %s: ends",
			      signal_name(number));
		runner_end(runner, CODE_INTERRUPT);
	} else if (runner->child && child_is_running(runner->child)) {
		child_signal(runner->child, number);
	} else if (number == SIGQUIT || number == SIGHUP) {
		runner_end(runner, CODE_INTERRUPT);
	}
}

static void on_signals(void *ctx, unsigned events)
{
	struct runner *runner = ctx;
	struct signalfd_siginfo info;
	(void)events;
	while (read(runner->signals, &info, sizeof info) == (ssize_t)sizeof info)
		on_signal(runner, (int)info.ssi_signo);
}

static void on_look(void *ctx)
{
	struct runner *runner = ctx;
	runner->look_timer = loop_after(runner->loop, LOOK_MS, on_look, runner);
	if (!runner->commands_run)
		runner->looks = true;
}

int events_open(struct runner *runner, struct error *err)
{
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < COUNT_OF(always); i++)
		sigaddset(&set, always[i]);
	if (runner->settings->kill_signal)
		sigaddset(&set, runner->settings->kill_signal);
	if (runner->settings->reload_signal)
		sigaddset(&set, runner->settings->reload_signal);
	sigprocmask(SIG_BLOCK, &set, NULL);
	runner->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (runner->signals < 0)
		return error_errno(err, "can't wait for signals");
	loop_watch(runner->loop, runner->signals, LOOP_READ, on_signals, runner);
	if (!runner->settings->once)
		on_look(runner);
	return 0;
}

void events_close(struct runner *runner)
{
	if (runner->signals >= 0) {
		loop_unwatch(runner->loop, runner->signals);
		close(runner->signals);
	}
	loop_cancel(runner->loop, runner->look_timer);
	loop_cancel(runner->loop, runner->quiet_timer);
}
