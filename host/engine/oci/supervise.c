#include "host/engine/oci/supervise.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

enum { INIT_FAILED = 125 };

struct supervision {
	const struct oci *oci;
	const char *id, *directory;
	const struct value *container;
	int life, signals;
};

/* --- init: PID 1 of the namespace that runc and the container are in --- */

static int write_spec(const struct supervision *supervision, struct error *err)
{
	auto_arena struct arena arena = {0};
	autofree char *path = mem_printf("%s/bundle/config.json", supervision->directory);
	const struct value *spec =
		spec_make(&arena, supervision->directory, supervision->container, err);
	return spec ? store_write(path, spec, err) : -1;
}

static int prepare(const struct supervision *supervision, struct error *err)
{
	autofree char *layers = store_path(supervision->oci, "layers");
	if (mount_root_with_places(supervision->directory, supervision->container, layers, err) < 0)
		return -1;
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return error_errno(err, "can't mount /proc");
	return write_spec(supervision, err);
}

_Noreturn static void become_runtime(const struct supervision *supervision)
{
	autofree char *bundle = mem_printf("%s/bundle", supervision->directory);
	autofree char *state = mem_printf("%s/state", supervision->directory);
	const char *runtime = supervision->oci->runtime;
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execlp(runtime, runtime, "--root", state, "run", "--bundle", bundle, supervision->id,
	       (char *)NULL);
	dprintf(STDERR_FILENO, "can't run %s: %s\n", runtime, strerror(errno));
	_exit(INIT_FAILED);
}

static void close_stdio(void)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		dup2(nothing, fd);
}

/* Reaps whatever is left to it until the runtime has ended, with its exit code. */
static int wait_for(pid_t pid)
{
	int status = 0;
	for (pid_t ended; (ended = waitpid(-1, &status, 0)) != pid;)
		if (ended < 0 && errno != EINTR)
			return INIT_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

_Noreturn static void be_init(const struct supervision *supervision)
{
	struct error err = {0};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (prepare(supervision, &err) < 0) {
		dprintf(STDERR_FILENO, "%s\n", err.message);
		_exit(INIT_FAILED);
	}
	pid_t pid = fork();
	if (pid == 0)
		become_runtime(supervision);
	close_stdio(); /* the container's end must be seen */
	_exit(pid < 0 ? INIT_FAILED : wait_for(pid));
}

/* --- the supervisor --- */

/* Until the init has ended, or should: the driver is gone, or somebody asked. */
static void watch(const struct supervision *supervision, pid_t init)
{
	struct pollfd polled[] = {{supervision->life, POLLIN, 0},
				  {supervision->signals, POLLIN, 0}};
	struct signalfd_siginfo signal;
	for (;;) {
		if (poll(polled, COUNT_OF(polled), -1) < 0 && errno != EINTR)
			break;
		if (polled[0].revents)
			break;
		if (!(polled[1].revents & POLLIN) ||
		    read(supervision->signals, &signal, sizeof signal) < 0)
			continue;
		if (signal.ssi_signo != SIGCHLD)
			break;
		siginfo_t ended = {0};
		if (waitid(P_PID, (id_t)init, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    ended.si_pid == init)
			break;
	}
	kill(init, SIGKILL);
	while (waitpid(init, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* runc was not there to do it where the init was killed. */
static void remove_cgroups(const char *id)
{
	auto_arena struct arena arena = {0};
	static const char cgroups[] = "/sys/fs/cgroup";
	for (char **name = store_names(&arena, cgroups); *name; name++) {
		autofree char *path = mem_printf("%s/%s/factory/%s", cgroups, *name, id);
		rmdir(path);
		*strrchr(path, '/') = '\0';
		rmdir(path); /* of the last one */
	}
	autofree char *unified = mem_printf("%s/factory/%s", cgroups, id);
	rmdir(unified);
}

static void clean_up(const struct supervision *supervision)
{
	auto_error struct error ignored = {0};
	autofree char *root = mem_printf("%s/root", supervision->directory);
	const struct value *automatic = value_path(supervision->container, "HostConfig.AutoRemove");
	umount2(root, MNT_DETACH);
	remove_cgroups(supervision->id);
	if (!value_is(automatic, VALUE_BOOL) || !automatic->boolean)
		return;
	autoclose int lock = store_lock(supervision->oci, &ignored);
	oci_container_discard(supervision->oci, supervision->id, &ignored);
}

/* All signals that end a process, and the children's; none of them ends the supervisor. */
static int take_signals(void)
{
	static const int taken[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGQUIT};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < COUNT_OF(taken); i++)
		sigaddset(&set, taken[i]);
	sigprocmask(SIG_SETMASK, &set, NULL);
	signal(SIGPIPE, SIG_DFL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Only the container's own three and what the supervisor needs stay open: an end of one of the
 * driver's other pipes in here would keep another container from seeing it close. */
static void keep_descriptors(const int stdio[3], int *life, int *lock)
{
	enum { ROOM = 100 };
	int kept_life = fcntl(*life, F_DUPFD_CLOEXEC, ROOM);
	int kept_lock = fcntl(*lock, F_DUPFD_CLOEXEC, ROOM);
	int own[3];
	for (int i = 0; i < 3; i++)
		own[i] = stdio[i] >= 0 ? fcntl(stdio[i], F_DUPFD_CLOEXEC, ROOM)
				       : open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int i = 0; i < 3; i++)
		dup2(own[i], i);
	*life = dup3(kept_life, 3, O_CLOEXEC);
	*lock = dup3(kept_lock, 4, O_CLOEXEC);
	close_range(5, ~0U, 0);
}

static void write_pid(const char *directory)
{
	auto_error struct error ignored = {0};
	char text[16];
	autofree char *path = mem_printf("%s/supervisor", directory);
	snprintf(text, sizeof text, "%d", (int)getpid());
	file_replace(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &ignored);
}

_Noreturn static void fail(const struct supervision *supervision, const char *what)
{
	dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
	clean_up(supervision);
	_exit(INIT_FAILED);
}

void supervise(const struct oci *oci, const char *id, const int stdio[3], int life, int lock)
{
	struct arena arena = {0};
	struct error err = {0};
	struct supervision supervision = {.oci = oci, .id = id};
	keep_descriptors(stdio, &life, &lock);
	setsid();
	supervision.life = life;
	supervision.signals = take_signals();
	supervision.directory = store_path(oci, "containers/%s", id);
	supervision.container = oci_container_read(oci, &arena, id, &err);
	write_pid(supervision.directory);
	if (!supervision.container || unshare(CLONE_NEWNS | CLONE_NEWPID) < 0)
		fail(&supervision, "can't make the container's namespaces");
	pid_t init = fork();
	if (init == 0)
		be_init(&supervision);
	close_stdio();
	if (init < 0)
		fail(&supervision, "can't fork");
	watch(&supervision, init);
	clean_up(&supervision);
	_exit(0);
}
