/* Signals, and what is looked at from time to time. */
#include "agent/render/life/runner_parts.h"
#include "agent/signals.h"
#include "common/own.h"

#include <sys/signalfd.h>

enum { LOOK_MS = 500 };

static const int always[] = {SIGINT, SIGTERM, SIGCHLD, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGHUP};

/* The number is that of a process which the signal ended: a service's caller looks at it. */
static void end(struct runner *runner, int number)
{
	bool service = runner->settings->exec.service;
	journal_write(runner->journal, JOURNAL_INFO, "(runner) %s: ends", signal_name(number));
	runner_end(runner, service ? 128 + number : CODE_INTERRUPT);
}

/* Where there is nothing to read again, the signal is the service's. */
static bool is_reload(const struct render_settings *settings, int number)
{
	bool plain = !settings->count && !settings->directory_count && !render_registers(settings);
	return number == settings->reload_signal && !(settings->exec.service && plain);
}

/* A service has its own opinion of SIGINT. */
static bool is_end(const struct runner *runner, int number)
{
	const struct render_settings *settings = runner->settings;
	if (number == SIGTERM)
		return true;
	if (number == SIGINT && settings->exec.service && child_is_running(runner->child))
		return false;
	return number == SIGINT || number == settings->kill_signal;
}

static void on_signal(struct runner *runner, int number)
{
	if (number == SIGCHLD) {
		processes_reap(runner->processes);
	} else if (is_reload(runner->settings, number)) {
		runner->reload = true;
	} else if (is_end(runner, number)) {
		end(runner, number);
	} else if (runner->child && child_is_running(runner->child)) {
		child_signal(runner->child, number);
	} else if (number == SIGQUIT || number == SIGHUP) {
		end(runner, number);
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

/* A service gets all but those that are the agent's own faults. */
static void choose(const struct render_settings *settings, sigset_t *set)
{
	static const int faults[] = {SIGABRT, SIGBUS,  SIGFPE, SIGILL,
				     SIGPIPE, SIGSEGV, SIGSYS, SIGTRAP};
	if (settings->exec.service)
		sigfillset(set);
	else
		sigemptyset(set);
	for (size_t i = 0; i < COUNT_OF(faults); i++)
		sigdelset(set, faults[i]);
	for (size_t i = 0; i < COUNT_OF(always); i++)
		sigaddset(set, always[i]);
	if (settings->kill_signal)
		sigaddset(set, settings->kill_signal);
	if (settings->reload_signal)
		sigaddset(set, settings->reload_signal);
}

int events_open(struct runner *runner, struct error *err)
{
	sigset_t set;
	choose(runner->settings, &set);
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
