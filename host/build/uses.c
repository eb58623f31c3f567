#include "host/build/uses.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/user_cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

struct use {
	char *name;
	int fd;
};

struct uses {
	char *endpoint;
	struct use *items;
	size_t count;
};

struct use_lock {
	char *path;
	int fd; /* -1: there is nothing to lock */
};

static char *path_of(const char *endpoint, const char *name)
{
	return user_cache_of("uses", endpoint, name);
}

/* The descriptor; -1: it can't be locked here, -2: somebody else's. Whoever removed the thing
 * removed the file with it: a lock on what has no name is worth nothing. */
static int open_locked(const char *path, int how)
{
	auto_error struct error ignored = {0};
	if (!path || file_make_parents(path, &ignored) < 0)
		return -1;
	autoclose int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	if (flock(fd, how | LOCK_NB) < 0 || !file_has_name(fd, path))
		return -2;
	int taken = fd;
	fd = -1;
	return taken;
}

struct uses *uses_new(const char *endpoint)
{
	struct uses *uses = mem_alloc(sizeof *uses);
	uses->endpoint = mem_strdup(endpoint);
	return uses;
}

void uses_free(struct uses *uses)
{
	if (!uses)
		return;
	for (size_t i = 0; i < uses->count; i++) {
		futimens(uses->items[i].fd, NULL);
		own_close(&uses->items[i].fd);
		free(uses->items[i].name);
	}
	free(uses->items);
	free(uses->endpoint);
	free(uses);
}

bool uses_take(struct uses *uses, const char *name)
{
	for (size_t i = 0; i < uses->count; i++)
		if (strcmp(uses->items[i].name, name) == 0)
			return true;
	autofree char *path = path_of(uses->endpoint, name);
	int fd = open_locked(path, LOCK_SH);
	if (fd < 0)
		return fd == -1;
	futimens(fd, NULL);
	uses->items = mem_resize(uses->items, uses->count + 1, sizeof *uses->items);
	uses->items[uses->count++] = (struct use){mem_strdup(name), fd};
	return true;
}

time_t uses_last(const char *endpoint, const char *name)
{
	struct stat info;
	autofree char *path = path_of(endpoint, name);
	return path && stat(path, &info) == 0 ? info.st_mtime : 0;
}

/* A file that is made for the lock alone goes with it. */
struct use_lock *uses_lock(const char *endpoint, const char *name)
{
	autofree char *path = path_of(endpoint, name);
	bool is_known = path && access(path, F_OK) == 0;
	int fd = open_locked(path, LOCK_EX);
	if (fd == -2)
		return NULL;
	struct use_lock *lock = mem_alloc(sizeof *lock);
	if (fd >= 0 && !is_known)
		futimens(fd, (const struct timespec[2]){{0}, {0}});
	*lock = (struct use_lock){STEAL(path), fd};
	return lock;
}

void uses_release(struct use_lock *lock, bool is_gone)
{
	if (!lock)
		return;
	struct stat info;
	bool is_empty = lock->fd >= 0 && fstat(lock->fd, &info) == 0 && info.st_mtime == 0;
	if (lock->fd >= 0 && (is_gone || is_empty))
		unlink(lock->path);
	own_close(&lock->fd);
	free(lock->path);
	free(lock);
}
