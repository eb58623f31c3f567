#include "host/engine/podman/service.h"

#include "common/file.h"
#include "common/loop.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/program.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define PREFIX "factory-podman-"

enum { START_MS = 20000, END_MS = 5000, POLL_US = 2000, ARGUMENTS = 24 };

struct service {
	pid_t pid;
	char *directory, *socket, *log; /* the two are files in it */
};

const char *service_socket(const struct service *service)
{
	return service->socket;
}

/* --- its command line --- */

struct command {
	char *arguments[ARGUMENTS]; /* owned */
	size_t count;
};

static void add(struct command *command, const char *argument)
{
	command->arguments[command->count] = mem_strdup(argument);
	command->count++;
}

static void add_pair(struct command *command, const char *option, const char *value)
{
	add(command, option);
	add(command, value);
}

/* What a machine's own configuration may say is left alone. Without systemd nobody makes cgroups
 * for Podman, nor keeps its journal; and crun refuses the cgroups that are partly of version 1. */
static void add_means(struct command *command)
{
	if (getenv("CONTAINERS_CONF"))
		return;
	if (access("/run/systemd/system", F_OK) < 0) {
		add_pair(command, "--cgroup-manager", "cgroupfs");
		add_pair(command, "--events-backend", "file");
	}
	autofree char *runc = program_find("runc");
	if (access("/sys/fs/cgroup/cgroup.controllers", F_OK) < 0 && runc)
		add_pair(command, "--runtime", "runc");
}

static void add_storage(struct command *command, const char *storage)
{
	static const char *const parts[][2] = {
		{"--root", "data"}, {"--runroot", "run"}, {"--tmpdir", "run/libpod"}};
	for (size_t i = 0; storage && i < COUNT_OF(parts); i++) {
		autofree char *path = mem_printf("%s/%s", storage, parts[i][1]);
		add_pair(command, parts[i][0], path);
	}
}

static void make_command(struct command *command, const struct service *service,
			 const char *storage)
{
	autofree char *address = mem_printf("unix://%s", service->socket);
	add(command, "podman");
	add_storage(command, storage);
	add_means(command);
	add_pair(command, "system", "service");
	add_pair(command, "--time", "0");
	add(command, address);
}

static void free_command(struct command *command)
{
	for (size_t i = 0; i < command->count; i++)
		free(command->arguments[i]);
}

/* --- its life --- */

/* In the child. An interrupt from the terminal is for us: Podman must live until all is removed. */
static void become(const struct service *service, const struct command *command, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int log = open(service->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	flock(log, LOCK_EX);
	dup2(nothing, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) /* it died before that took effect */
		_exit(1);
	execvp(command->arguments[0], command->arguments);
	dprintf(STDERR_FILENO, "%s\n", strerror(errno));
	_exit(127);
}

static bool answers(const struct service *service)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(at.sun_path, sizeof at.sun_path, "%s", service->socket);
	return fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
}

static bool has_ended(struct service *service)
{
	if (service->pid > 0 && waitpid(service->pid, NULL, WNOHANG) == service->pid)
		service->pid = 0;
	return !service->pid;
}

/* The last line that Podman wrote. */
static int explain(const struct service *service, const char *what, struct error *err)
{
	auto_buf struct buf log = {0};
	auto_error struct error ignored = {0};
	file_read(service->log, 0, &log, &ignored);
	while (log.len && log.data[log.len - 1] == '\n')
		log.data[--log.len] = '\0';
	const char *text = buf_text(&log), *last = strrchr(text, '\n');
	return error_set(err, "Podman's service %s%s%s", what, *text ? ": " : "",
			 last ? last + 1 : text);
}

static int wait_until_it_answers(struct service *service, struct error *err)
{
	for (uint64_t end = loop_now_us() + START_MS * 1000ULL; loop_now_us() < end;) {
		if (answers(service))
			return 0;
		if (has_ended(service))
			return explain(service, "ended at once", err);
		usleep(POLL_US);
	}
	return explain(service, "does not answer", err);
}

/* Those of earlier services whose owner was killed: nobody holds their logs any more. */
static void sweep(const char *parent)
{
	auto_error struct error ignored = {0};
	autofree char *pattern = mem_printf("%s/" PREFIX "*/log", parent);
	glob_t found;
	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *path = found.gl_pathv[i];
		autoclose int log = open(path, O_RDONLY | O_CLOEXEC);
		if (log < 0 || flock(log, LOCK_EX | LOCK_NB) < 0)
			continue;
		*strrchr(path, '/') = '\0';
		file_remove_tree(path, &ignored);
	}
	globfree(&found);
}

static int make_directory(struct service *service, struct error *err)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	bool usable = runtime && *runtime && access(runtime, W_OK) == 0;
	const char *parent = usable ? runtime : "/tmp";
	sweep(parent);
	service->directory = mem_printf("%s/" PREFIX "XXXXXX", parent);
	if (!mkdtemp(service->directory)) {
		error_errno(err, "can't make the directory %s", service->directory);
		*service->directory = '\0';
		return -1;
	}
	service->socket = mem_printf("%s/socket", service->directory);
	service->log = mem_printf("%s/log", service->directory);
	if (strlen(service->socket) >= sizeof((struct sockaddr_un *)0)->sun_path)
		return error_set(err, "%s is too long for a socket's path", service->socket);
	return 0;
}

static int start(struct service *service, const char *storage, struct error *err)
{
	struct command command = {0};
	pid_t parent = getpid();
	autofree char *podman = program_find("podman");
	if (!podman)
		return error_set(err, "there is no program 'podman' here: install it, or name "
				      "another engine by --endpoint or DOCKER_HOST");
	if (make_directory(service, err) < 0)
		return -1;
	make_command(&command, service, storage);
	service->pid = fork();
	if (service->pid == 0)
		become(service, &command, parent);
	free_command(&command);
	if (service->pid < 0)
		return error_errno(err, "can't start podman");
	return wait_until_it_answers(service, err);
}

struct service *service_start(const char *storage, struct error *err)
{
	struct service *service = mem_alloc(sizeof *service);
	if (start(service, storage, err) == 0)
		return service;
	service_end(service);
	return NULL;
}

static void stop(struct service *service)
{
	if (service->pid <= 0)
		return;
	/* Its whole group: without root it is two, and the first may end before it tells the
	 * other. */
	kill(-service->pid, SIGTERM);
	for (uint64_t end = loop_now_us() + END_MS * 1000ULL; loop_now_us() < end;) {
		if (has_ended(service))
			return;
		usleep(POLL_US);
	}
	kill(-service->pid, SIGKILL);
	waitpid(service->pid, NULL, 0);
}

void service_end(struct service *service)
{
	auto_error struct error ignored = {0};
	if (!service)
		return;
	stop(service);
	if (service->directory && *service->directory)
		file_remove_tree(service->directory, &ignored);
	free(service->directory);
	free(service->socket);
	free(service->log);
	free(service);
}
