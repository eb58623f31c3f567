#include "host/interrupt.h"

#include "host/exit_codes.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int interrupt_open(struct error *err)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return error_errno(err, "can't block signals");
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? error_errno(err, "can't wait for signals") : fd;
}

int interrupt_code(int fd)
{
	struct signalfd_siginfo info;
	if (read(fd, &info, sizeof info) != sizeof info)
		return EXIT_INTERRUPTED;
	return 128 + (int)info.ssi_signo;
}

int interrupt_pending(void)
{
	sigset_t waiting;
	if (sigpending(&waiting) < 0)
		return 0;
	return sigismember(&waiting, SIGINT)    ? 128 + SIGINT
	       : sigismember(&waiting, SIGQUIT) ? 128 + SIGQUIT
	       : sigismember(&waiting, SIGTERM) ? 128 + SIGTERM
						: 0;
}

int interrupt_error(int exit_code, struct error *err)
{
	error_set(err, "interrupted");
	err->exit_code = exit_code;
	return -1;
}
