#include "common/file.h"

#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 4096, DEFAULT_LIMIT = 256 << 20 };

/* Room for all that is there and a byte more, so that nothing moves when the end is looked for.
 * What the kernel makes as it is read has no size. */
static void make_room(int fd, size_t limit, struct buf *out)
{
	struct stat info;
	bool known = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
		     (size_t)info.st_size <= limit;
	buf_reserve(out, known ? (size_t)info.st_size + 1 : CHUNK);
}

static int read_all(int fd, const char *path, size_t limit, struct buf *out, struct error *err)
{
	make_room(fd, limit, out);
	for (;;) {
		char *end = buf_reserve(out, 1);
		ssize_t got = read(fd, end, out->cap - out->len - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "can't read %s", path);
		if (got == 0)
			return 0;
		out->len += (size_t)got;
		out->data[out->len] = '\0';
		if (out->len > limit)
			return error_as(err, ERROR_FILE_TOO_LARGE, "%s is larger than %zu bytes",
					path, limit);
	}
}

int file_read(const char *path, size_t limit, struct buf *out, struct error *err)
{
	if (!limit)
		limit = DEFAULT_LIMIT;
	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", limit, out, err);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "can't open %s", path);
	return read_all(fd, path, limit, out, err);
}

int file_write_all(int fd, const void *data, size_t len)
{
	for (const char *at = data; len;) {
		ssize_t put = write(fd, at, len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

struct wanted {
	mode_t mode;
	uid_t uid;
	gid_t gid;
	bool lasts; /* whatever becomes of the machine */
};

static int fill(int fd, const void *data, size_t len, const struct wanted *wanted)
{
	if (file_write_all(fd, data, len) < 0)
		return -1;
	if ((wanted->uid != (uid_t)-1 || wanted->gid != (gid_t)-1) &&
	    fchown(fd, wanted->uid, wanted->gid) < 0)
		return -1;
	/* After chown, which drops set-uid bits. */
	return fchmod(fd, wanted->mode) < 0 || (wanted->lasts && fsync(fd) < 0) ? -1 : 0;
}

static char *stage(const char *path, const void *data, size_t len, const struct wanted *wanted,
		   struct error *err)
{
	autofree char *temporary = mem_printf("%s.XXXXXX", path);
	autoclose int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		error_errno(err, "can't create a file beside %s", path);
		return NULL;
	}
	if (fill(fd, data, len, wanted) == 0)
		return STEAL(temporary);
	error_errno(err, "can't write %s", path);
	unlink(temporary);
	return NULL;
}

char *file_stage(const char *path, const void *data, size_t len, mode_t mode, uid_t uid, gid_t gid,
		 struct error *err)
{
	return stage(path, data, len, &(struct wanted){mode, uid, gid, true}, err);
}

int file_commit(const char *temporary, const char *path, struct error *err)
{
	if (rename(temporary, path) == 0)
		return 0;
	error_errno(err, "can't write %s", path);
	unlink(temporary);
	return -1;
}

int file_replace(const char *path, const void *data, size_t len, mode_t mode, uid_t uid, gid_t gid,
		 struct error *err)
{
	autofree char *temporary = file_stage(path, data, len, mode, uid, gid, err);
	return temporary ? file_commit(temporary, path, err) : -1;
}

int file_renew(const char *path, const void *data, size_t len, struct error *err)
{
	const struct wanted ours = {0600, (uid_t)-1, (gid_t)-1, false};
	autofree char *temporary = stage(path, data, len, &ours, err);
	return temporary ? file_commit(temporary, path, err) : -1;
}

bool file_has_name(int fd, const char *path)
{
	struct stat held, named;
	return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev &&
	       held.st_ino == named.st_ino;
}

static bool has_parent(char *path)
{
	char *last = strrchr(path, '/');
	if (!last)
		return true;
	*last = '\0';
	bool there = !*path || access(path, F_OK) == 0;
	*last = '/';
	return there;
}

int file_make_parents(const char *path, struct error *err)
{
	autofree char *copy = mem_strdup(path);
	if (has_parent(copy))
		return 0;
	for (char *slash = copy + (*copy == '/'); (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return error_errno(err, "can't make the directory %s", copy);
		*slash = '/';
	}
	return 0;
}

static int remove_entry(const char *path, const struct stat *info, int flag, struct FTW *ftw)
{
	(void)info;
	(void)flag;
	(void)ftw;
	return remove(path);
}

int file_remove_tree(const char *path, struct error *err)
{
	enum { OPEN_DIRECTORIES = 16 };
	if (nftw(path, remove_entry, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		return error_errno(err, "can't remove %s", path);
	return 0;
}
