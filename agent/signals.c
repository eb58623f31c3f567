#include "agent/signals.h"

#include "common/own.h"

#include <string.h>
#include <sys/syscall.h>

static const struct {
	const char *name;
	int number;
} names[] = {
	{"SIGABRT", SIGABRT}, {"SIGALRM", SIGALRM},     {"SIGBUS", SIGBUS},
	{"SIGCHLD", SIGCHLD}, {"SIGCONT", SIGCONT},     {"SIGFPE", SIGFPE},
	{"SIGHUP", SIGHUP},   {"SIGILL", SIGILL},       {"SIGINT", SIGINT},
	{"SIGIO", SIGIO},     {"SIGKILL", SIGKILL},     {"SIGPIPE", SIGPIPE},
	{"SIGPROF", SIGPROF}, {"SIGQUIT", SIGQUIT},     {"SIGSEGV", SIGSEGV},
	{"SIGSTOP", SIGSTOP}, {"SIGSYS", SIGSYS},       {"SIGTERM", SIGTERM},
	{"SIGTRAP", SIGTRAP}, {"SIGTSTP", SIGTSTP},     {"SIGTTIN", SIGTTIN},
	{"SIGTTOU", SIGTTOU}, {"SIGURG", SIGURG},       {"SIGUSR1", SIGUSR1},
	{"SIGUSR2", SIGUSR2}, {"SIGVTALRM", SIGVTALRM}, {"SIGWINCH", SIGWINCH},
	{"SIGXCPU", SIGXCPU}, {"SIGXFSZ", SIGXFSZ},
};

int signal_number(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i].name, name) == 0 || strcmp(names[i].name + 3, name) == 0)
			return names[i].number;
	return -1;
}

const char *signal_name(int number)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (names[i].number == number)
			return names[i].name;
	return "signal";
}

void signals_reset(const sigset_t *mask)
{
	/* The libc keeps a few signals for itself and refuses to touch them, but a driver's caller
	 * may have had them ignored, which exec inherits: asked of the kernel, SIG_DFL being all
	 * zeros. */
	static const unsigned long by_default[4];
	for (int number = 1; number < NSIG; number++)
		syscall(SYS_rt_sigaction, number, by_default, NULL, sizeof(unsigned long));
	sigprocmask(SIG_SETMASK, mask, NULL);
}
