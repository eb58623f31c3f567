#include "host/cache/uses.h"

#include "common/file.h"
#include "common/hash.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/user_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A build may use thousands of checkpoints, and has few descriptors: its locks are bytes of one
 * file for each engine, at places that the names give. They belong to the open file, not to the
 * process. The file is empty, and is never removed: a lock on what has no name would be worth
 * nothing. */
struct uses {
	char *endpoint;
	int locks; /* -1: nothing can be locked here */
	char **names;
	size_t count, cap;
};

struct use_lock {
	char *path;
	int locks;
};

static char *path_of(const char *endpoint, const char *name)
{
	return user_cache_of("uses", endpoint, name);
}

static int open_made(const char *path)
{
	auto_error struct error ignored = {0};
	if (!path || file_make_parents(path, &ignored) < 0)
		return -1;
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static int open_locks(const char *endpoint)
{
	autofree char *path = user_cache_of("locks", endpoint, "");
	return open_made(path);
}

static off_t place_of(const char *name)
{
	char hex[HASH_HEX];
	hash_hex(name, strlen(name), hex);
	hex[15] = '\0'; /* 60 bits */
	return (off_t)strtoull(hex, NULL, 16);
}

/* False: somebody else holds it. */
static bool lock(int locks, const char *name, short how)
{
	struct flock part = {
		.l_type = how, .l_whence = SEEK_SET, .l_start = place_of(name), .l_len = 1};
	return locks < 0 || fcntl(locks, F_OFD_SETLK, &part) == 0 || errno != EAGAIN;
}

static void touch(const struct uses *uses, const char *name)
{
	autofree char *path = path_of(uses->endpoint, name);
	autoclose int fd = open_made(path);
	if (fd >= 0)
		futimens(fd, NULL);
}

struct uses *uses_new(const char *endpoint)
{
	struct uses *uses = mem_alloc(sizeof *uses);
	uses->endpoint = mem_strdup(endpoint);
	uses->locks = open_locks(endpoint);
	return uses;
}

void uses_free(struct uses *uses)
{
	if (!uses)
		return;
	for (size_t i = 0; i < uses->count; i++) {
		touch(uses, uses->names[i]);
		free(uses->names[i]);
	}
	own_close(&uses->locks);
	free(uses->names);
	free(uses->endpoint);
	free(uses);
}

bool uses_guard(struct uses *uses, const char *name)
{
	return lock(uses->locks, name, F_RDLCK);
}

bool uses_take(struct uses *uses, const char *name)
{
	for (size_t i = 0; i < uses->count; i++)
		if (strcmp(uses->names[i], name) == 0)
			return true;
	if (!uses_guard(uses, name))
		return false;
	touch(uses, name);
	if (uses->count == uses->cap) {
		size_t cap = uses->cap ? uses->cap * 2 : 8;
		uses->names = mem_resize(uses->names, cap, sizeof *uses->names);
		uses->cap = cap;
	}
	uses->names[uses->count] = mem_strdup(name);
	uses->count++;
	return true;
}

time_t uses_last(const char *endpoint, const char *name)
{
	struct stat info;
	autofree char *path = path_of(endpoint, name);
	return path && stat(path, &info) == 0 ? info.st_mtime : 0;
}

struct use_lock *uses_lock(const char *endpoint, const char *name)
{
	autoclose int locks = open_locks(endpoint);
	if (!lock(locks, name, F_WRLCK))
		return NULL;
	struct use_lock *made = mem_alloc(sizeof *made);
	*made = (struct use_lock){path_of(endpoint, name), locks};
	locks = -1;
	return made;
}

void uses_release(struct use_lock *lock, bool is_gone)
{
	if (!lock)
		return;
	if (is_gone && lock->path)
		unlink(lock->path);
	own_close(&lock->locks);
	free(lock->path);
	free(lock);
}
