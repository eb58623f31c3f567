/* SETTLE: what the session has changed gets one time, so that a build that is repeated makes the
 * same image. A file that it has not changed keeps its own, newer or not: to set it would copy the
 * file into the image's layer. */
#include "agent/session/agent.h"

#include "common/memory.h"
#include "common/own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct settling {
	dev_t device; /* of the target's own file system */
	struct timespec since, epoch;
	char **waiting; /* directories, owned */
	size_t count, cap;
};

static void free_settling(struct settling *settling)
{
	while (settling->count)
		free(settling->waiting[--settling->count]);
	free(settling->waiting);
}

static bool is_before(struct timespec a, struct timespec b)
{
	return a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

static void add_directory(struct settling *settling, const char *path)
{
	if (settling->count == settling->cap) {
		size_t cap = settling->cap ? settling->cap * 2 : 64;
		settling->waiting = mem_resize(settling->waiting, cap, sizeof *settling->waiting);
		settling->cap = cap;
	}
	settling->waiting[settling->count] = mem_strdup(path);
	settling->count++;
}

/* What is mounted read-only, as the engine's own files may be, can't have been changed. */
static int settle_one(const struct settling *settling, const char *path, const struct stat *info,
		      struct error *err)
{
	const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, settling->epoch};
	if (is_before(info->st_ctim, settling->since) ||
	    !is_before(settling->epoch, info->st_mtim) ||
	    utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0 || errno == EROFS ||
	    errno == ENOENT)
		return 0;
	return error_errno(err, "can't set the time of \"%s\"", path);
}

static int visit(struct settling *settling, const char *path, struct error *err)
{
	struct stat info;
	if (lstat(path, &info) < 0)
		return errno == ENOENT ? 0 : error_errno(err, "can't look at \"%s\"", path);
	if (!S_ISDIR(info.st_mode))
		return settle_one(settling, path, &info, err);
	if (info.st_dev != settling->device)
		return 0;
	add_directory(settling, path);
	return settle_one(settling, path, &info, err);
}

static int visit_entries(struct settling *settling, const char *path, struct error *err)
{
	autoclosedir DIR *directory = opendir(path);
	if (!directory)
		return errno == ENOENT ? 0 : error_errno(err, "can't look into \"%s\"", path);
	int status = 0;
	const struct dirent *entry;
	while (status == 0 && (entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		autofree char *below = mem_printf("%s/%s", path[1] ? path : "", entry->d_name);
		status = visit(settling, below, err);
	}
	return status;
}

static int settle_all(struct settling *settling, struct error *err)
{
	struct stat info;
	int status = 0;
	if (lstat("/", &info) < 0)
		return error_errno(err, "can't look at /");
	settling->device = info.st_dev;
	add_directory(settling, "/");
	while (settling->count) {
		autofree char *path = settling->waiting[--settling->count];
		if (status == 0)
			status = visit_entries(settling, path, err);
	}
	return status;
}

int settle_begin(struct agent *agent, const struct frame *request, struct error *err)
{
	auto_arena struct arena arena = {0};
	const struct value *asked = frame_json(request, &arena, err);
	const struct value *epoch = value_get(asked, "epoch");
	if (!asked)
		return -1;
	if (!value_is(epoch, VALUE_INT) || epoch->integer < 0)
		return error_set(err, "\"epoch\" must be a number of seconds");
	if (getpid() != 1) /* what would be settled is not a target's */
		return error_set(err, "only the first process of a target settles times");
	__attribute__((cleanup(free_settling))) struct settling settling = {
		.since = agent->began, .epoch = {.tv_sec = (time_t)epoch->integer}};
	if (settle_all(&settling, err) < 0)
		return -1;
	answer_result(&agent->outbox.bytes, request->id, NULL);
	return 0;
}
