#include "host/engine/oci/skopeo.h"

#include "common/buffer.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/registry_auth.h"
#include "host/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { TICK_MS = 200, LONGEST_LINE = 8192, DIGEST_LEN = 71 };

/* What is talked to without TLS where it has none: this machine. */
static bool is_loopback(const char *host)
{
	static const char *const begins[] = {"localhost", "127.", "[::1]"};
	for (size_t i = 0; i < COUNT_OF(begins); i++) {
		size_t len = strlen(begins[i]);
		if (strncmp(host, begins[i], len) != 0)
			continue;
		if (i != 1)
			return !host[len] || host[len] == ':';
		size_t name = strcspn(host, ":");
		return strspn(host, "0123456789.") == name;
	}
	return false;
}

/* With a digest, a tag says nothing more, and skopeo does not take both. */
static char *reference(const char *image)
{
	const char *at = strchr(image, '@'), *slash = strrchr(image, '/');
	const char *colon = at ? memchr(image, ':', (size_t)(at - image)) : NULL;
	if (slash && slash < at)
		colon = memchr(slash, ':', (size_t)(at - slash));
	if (!colon)
		return mem_printf("docker://%s", image);
	return mem_printf("docker://%.*s%s", (int)(colon - image), image, at);
}

/* In memory, for skopeo alone: a descriptor that it inherits. */
static int credentials(const char *image, struct error *err)
{
	auto_buf struct buf text = {0};
	if (registry_auth_file(image, &text, err) < 0)
		return -1;
	autoclose int fd = memfd_create("auth", MFD_CLOEXEC);
	ssize_t written = fd < 0 ? -1 : write(fd, text.data, text.len);
	explicit_bzero(text.data, text.len);
	if (written != (ssize_t)text.len)
		return error_errno(err, "can't keep the credentials in memory");
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

_Noreturn static void become(const struct skopeo *skopeo, int auth, int output)
{
	autofree char *host = registry_host(skopeo->image);
	autofree char *remote = reference(skopeo->image);
	autofree char *local = mem_printf("dir:%s", skopeo->blobs);
	autofree char *digest = mem_printf("%s/digest", skopeo->scratch);
	autofree char *file = mem_printf("/proc/self/fd/%d", auth);
	autofree char *verify = mem_printf("--%s-tls-verify=%s", skopeo->push ? "dest" : "src",
					   is_loopback(host) ? "false" : "true");
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	fcntl(auth, F_SETFD, 0);
	if (skopeo->held >= 0)
		fcntl(skopeo->held, F_SETFD, 0);
	execlp("skopeo", "skopeo", "--tmpdir", skopeo->scratch, "copy", "--authfile", file,
	       "--digestfile", digest, verify, skopeo->push ? local : remote,
	       skopeo->push ? remote : local, (char *)NULL);
	dprintf(STDERR_FILENO, "can't run skopeo: %s\n", strerror(errno));
	_exit(127);
}

/* --- what it says --- */

/* The message in `time="..." level=fatal msg="..."`, else the line; the caller frees it. */
static char *complaint(const char *line)
{
	static const char before[] = " msg=\"";
	const char *at = strstr(line, before);
	struct buf text = {0};
	if (!at)
		return mem_strdup(line);
	for (at += strlen(before); *at && *at != '"'; at++) {
		at += *at == '\\' && at[1];
		buf_putc(&text, *at);
	}
	return buf_steal(&text);
}

static void take_lines(const struct skopeo *skopeo, struct buf *said, char **last)
{
	for (char *end; said->len && (end = memchr(said->data, '\n', said->len));) {
		*end = '\0';
		if (*said->data) {
			free(*last);
			*last = mem_strdup(said->data);
		}
		skopeo->said(skopeo->ctx, said->data);
		buf_consume(said, (size_t)(end - said->data) + 1);
	}
	if (said->len > LONGEST_LINE)
		buf_consume(said, said->len - LONGEST_LINE);
}

/* Until it closes its output. The last line that it said is the caller's. */
static char *listen_to(const struct skopeo *skopeo, int output)
{
	auto_buf struct buf said = {0};
	struct pollfd polled = {output, POLLIN, 0};
	char chunk[1024];
	char *last = NULL;
	for (;;) {
		int ready = poll(&polled, 1, TICK_MS);
		if (ready == 0)
			skopeo->waiting(skopeo->ctx);
		if (ready <= 0)
			continue;
		ssize_t got = read(output, chunk, sizeof chunk);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return last;
		buf_add(&said, chunk, (size_t)got);
		take_lines(skopeo, &said, &last);
	}
}

static int read_digest(const struct skopeo *skopeo, char digest[72], struct error *err)
{
	auto_buf struct buf text = {0};
	autofree char *path = mem_printf("%s/digest", skopeo->scratch);
	if (file_read(path, 4096, &text, err) < 0)
		return -1;
	if (text.len < DIGEST_LEN || strncmp(text.data, "sha256:", 7) != 0)
		return error_set(err, "skopeo tells no digest");
	memcpy(digest, text.data, DIGEST_LEN);
	digest[DIGEST_LEN] = '\0';
	return 0;
}

static int await(const struct skopeo *skopeo, pid_t pid, int output, struct error *err)
{
	int status = 0;
	autofree char *last = listen_to(skopeo, output);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (status == 0)
		return 0;
	autofree char *why = last ? complaint(last) : mem_strdup("skopeo failed without a word");
	return error_set(err, "%s", why);
}

int skopeo_copy(const struct skopeo *skopeo, char digest[72], struct error *err)
{
	int output[2];
	autofree char *program = program_find("skopeo");
	if (!program)
		return error_set(err, "there is no program skopeo here, by which oci: speaks with "
				      "registries: install the package skopeo");
	autoclose int auth = credentials(skopeo->image, err);
	if (auth < 0)
		return -1;
	if (pipe2(output, O_CLOEXEC) < 0)
		return error_errno(err, "can't make a pipe");
	pid_t pid = fork();
	if (pid == 0)
		become(skopeo, auth, output[1]);
	close(output[1]);
	int status = pid < 0 ? error_errno(err, "can't fork") : await(skopeo, pid, output[0], err);
	close(output[0]);
	return status < 0 ? -1 : read_digest(skopeo, digest, err);
}
