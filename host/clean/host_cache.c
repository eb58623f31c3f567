#include "host/clean/host_cache.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/clean/amounts.h"
#include "host/user_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

struct cleaning {
	time_t now, before;
	bool dry_run;
	size_t gone;
	int64_t freed;
};

/* The folders below the cache whose entries stand alone: all but locks/. */
static const struct {
	const char *name;
	bool locks; /* its files may be locked by a build */
} folders[] = {
	{"modules", false}, {"indices", false}, {"facts", false}, {"files", false},
	{"builds", false},  {"uses", false},    {"claims", true},
};

/* Adding up must not count as a use. */
static DIR *open_quietly(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NOATIME);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	if (fd >= 0 && !directory)
		close(fd);
	return directory;
}

static int64_t size_of(const char *path)
{
	struct stat info;
	if (lstat(path, &info) < 0)
		return 0;
	int64_t size = (int64_t)info.st_blocks * 512;
	DIR *directory = S_ISDIR(info.st_mode) ? open_quietly(path) : NULL;
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		bool is_link = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
		autofree char *below = mem_printf("%s/%s", path, entry->d_name);
		size += is_link ? 0 : size_of(below);
	}
	if (directory)
		closedir(directory);
	return size;
}

/* A file system may be mounted without access times: then the last change counts. */
static bool is_old(const struct cleaning *cleaning, const char *path)
{
	struct stat info;
	return lstat(path, &info) == 0 &&
	       amount_past(info.st_mtime, cleaning->now) <= cleaning->before &&
	       amount_past(info.st_atime, cleaning->now) <= cleaning->before;
}

static int clean_entry(struct cleaning *cleaning, const char *path, bool locks, struct error *err)
{
	autoclose int fd = locks ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	if (!is_old(cleaning, path) || (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0))
		return 0;
	cleaning->gone++;
	cleaning->freed += size_of(path);
	return cleaning->dry_run ? 0 : file_remove_tree(path, err);
}

static int clean_folder(struct cleaning *cleaning, const char *path, bool locks, struct error *err)
{
	int status = 0;
	DIR *directory = opendir(path);
	if (!directory)
		return errno == ENOENT ? 0 : error_errno(err, "can't look into %s", path);
	for (struct dirent *entry; status == 0 && (entry = readdir(directory));) {
		autofree char *below = mem_printf("%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			status = clean_entry(cleaning, below, locks, err);
	}
	closedir(directory);
	return status;
}

int host_cache_clean(time_t age, bool dry_run, size_t *gone, int64_t *freed, struct error *err)
{
	time_t now = time(NULL);
	struct cleaning cleaning = {.now = now, .before = now - age, .dry_run = dry_run};
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		autofree char *path = user_cache_path(folders[i].name);
		if (path && clean_folder(&cleaning, path, folders[i].locks, err) < 0)
			return -1;
	}
	*gone = cleaning.gone;
	*freed = cleaning.freed;
	return 0;
}
