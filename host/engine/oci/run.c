/* A container's processes:
 *
 *     factory -- supervisor -- init (PID 1 of a namespace) -- runc run -- the container's PID 1
 *
 * The supervisor outlives a driver that is killed: it sees the pipe `life` close, kills the init
 * and with it all that is in its namespace, and cleans up. Where it is killed itself, the kernel
 * kills the init. The mounts are in a mount namespace of their own and go with it. */
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"
#include "host/engine/oci/supervise.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILL_MS = 20000, POLL_US = 2000, LOCK_TRIES = 100 };

static void reap(struct oci *oci)
{
	for (struct run **at = &oci->runs; *at;) {
		struct run *run = *at;
		if (waitpid(run->supervisor, NULL, WNOHANG) != run->supervisor) {
			at = &run->next;
			continue;
		}
		*at = run->next;
		if (run->life >= 0)
			close(run->life);
		free(run);
	}
}

static void close_all(const int stdio[3])
{
	for (int i = 0; i < 3; i++)
		if (stdio[i] >= 0)
			close(stdio[i]);
}

/* Held by the supervisor for as long as it is there; that is what "it runs" means. Whoever only
 * looks whether it runs holds it too, for a moment. */
static int lock_container(const struct oci *oci, const char *id, struct error *err)
{
	autofree char *path = store_path(oci, "containers/%s/lock", id);
	autoclose int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "can't start the container");
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fcntl(fd, F_DUPFD_CLOEXEC, 0);
		usleep(POLL_US);
	}
	return error_set(err, "can't start the container: it runs already");
}

static int note_supervisor(const struct oci *oci, const char *id, struct error *err)
{
	autofree char *path = store_path(oci, "containers/%s/supervisor", id);
	return file_replace(path, "", 0, 0600, (uid_t)-1, (gid_t)-1, err);
}

int run_start(struct oci *oci, const char *id, const int stdio[3], struct error *err)
{
	int life[2] = {-1, -1};
	reap(oci);
	autoclose int lock = lock_container(oci, id, err); /* the supervisor's copy holds it */
	if (lock < 0 || note_supervisor(oci, id, err) < 0 || pipe2(life, O_CLOEXEC) < 0) {
		close_all(stdio);
		return error_is_set(err) ? -1 : error_errno(err, "can't make a pipe");
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(life[1]);
		supervise(oci, id, stdio, life[0], lock);
	}
	close_all(stdio);
	close(life[0]);
	if (pid < 0) {
		close(life[1]);
		return error_errno(err, "can't fork");
	}
	struct run *run = mem_alloc(sizeof *run);
	*run = (struct run){.next = oci->runs, .supervisor = pid, .life = life[1]};
	memcpy(run->id, id, ID_HEX);
	oci->runs = run;
	return 0;
}

/* Another driver's: it is asked, by the pid that holds the lock. */
static void ask_to_end(const struct oci *oci, const char *id)
{
	auto_buf struct buf text = {0};
	auto_error struct error ignored = {0};
	autofree char *path = store_path(oci, "containers/%s/supervisor", id);
	if (file_read(path, 32, &text, &ignored) == 0 && atoi(buf_text(&text)) > 1)
		kill(atoi(buf_text(&text)), SIGTERM);
}

int run_kill(struct oci *oci, const char *id, struct error *err)
{
	bool ours = false;
	for (struct run *run = oci->runs; run; run = run->next) {
		if (strcmp(run->id, id) != 0 || run->life < 0)
			continue;
		close(run->life);
		run->life = -1;
		ours = true;
	}
	if (!ours && oci_container_runs(oci, id))
		ask_to_end(oci, id);
	for (uint64_t end = loop_now_us() + KILL_MS * 1000ULL; oci_container_runs(oci, id);) {
		if (loop_now_us() > end)
			return error_set(err, "the container %.12s does not end", id);
		usleep(POLL_US);
	}
	reap(oci);
	return 0;
}

void run_end_all(struct oci *oci)
{
	for (struct run *run = oci->runs; run; run = run->next)
		if (run->life >= 0)
			close(run->life);
	while (oci->runs) {
		struct run *run = oci->runs;
		waitpid(run->supervisor, NULL, 0);
		oci->runs = run->next;
		free(run);
	}
}
