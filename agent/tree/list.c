#include "agent/tree/tree.h"

#include "agent/tree/mounts.h"
#include "common/buffer.h"
#include "common/hash.h"
#include "common/own.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

struct listing {
	FILE *out;
	struct tree_mounts mounts;
	struct buf path;
};

/* What engines put into each container to mark it as one. */
static bool is_mark(const char *path)
{
	return strcmp(path, "/.dockerenv") == 0 || strcmp(path, "/run/.containerenv") == 0;
}

static int add_content(const struct listing *listing, const char *path, const struct stat *info,
		       struct buf *state, struct error *err)
{
	char hex[HASH_HEX] = "";
	if (!listing->mounts.on_overlay && hash_file(path, hex, err) < 0)
		return -1;
	buf_printf(state, " %lld %lld.%09ld", (long long)info->st_size,
		   (long long)info->st_mtim.tv_sec, info->st_mtim.tv_nsec);
	if (listing->mounts.on_overlay)
		buf_printf(state, " %lld.%09ld", (long long)info->st_ctim.tv_sec,
			   info->st_ctim.tv_nsec);
	buf_printf(state, " %s", hex);
	return 0;
}

static int add_target(const char *path, struct buf *state, struct error *err)
{
	char target[4096];
	ssize_t len = readlink(path, target, sizeof target);
	if (len < 0)
		return error_errno(err, "can't read the link \"%s\"", path);
	buf_putc(state, ' ');
	buf_add(state, target, (size_t)len);
	return 0;
}

static int describe(const struct listing *listing, const char *path, const struct stat *info,
		    struct buf *state, struct error *err)
{
	auto_buf struct buf attributes = {0};
	char hex[HASH_HEX] = "";
	static const char letters[] = "?pc?d?b?f?l?s???"; /* by the bits of S_IFMT */
	if (tree_attributes(path, &attributes, err) < 0)
		return -1;
	if (attributes.len)
		hash_hex(attributes.data, attributes.len, hex);
	buf_printf(state, "%c %o %u %u %s", letters[(info->st_mode & S_IFMT) >> 12],
		   info->st_mode & 07777, info->st_uid, info->st_gid, hex);
	if (S_ISREG(info->st_mode))
		return add_content(listing, path, info, state, err);
	if (S_ISLNK(info->st_mode))
		return add_target(path, state, err);
	if (S_ISCHR(info->st_mode) || S_ISBLK(info->st_mode))
		buf_printf(state, " %u:%u", major(info->st_rdev), minor(info->st_rdev));
	return 0;
}

static int list_directory(struct listing *listing, struct error *err);

/* Sockets are nothing without the process that listens. */
static int list_entry(struct listing *listing, struct error *err)
{
	struct stat info;
	auto_buf struct buf state = {0};
	const char *path = listing->path.data;
	if (lstat(path, &info) < 0)
		return errno == ENOENT ? 0 : error_errno(err, "can't look at \"%s\"", path);
	if (tree_mounts_have(&listing->mounts, path) || is_mark(path) || S_ISSOCK(info.st_mode))
		return 0;
	if (describe(listing, path, &info, &state, err) < 0)
		return -1;
	fwrite(path, 1, listing->path.len + 1, listing->out);
	fwrite(state.data, 1, state.len + 1, listing->out);
	return S_ISDIR(info.st_mode) ? list_directory(listing, err) : 0;
}

static int list_directory(struct listing *listing, struct error *err)
{
	size_t len = listing->path.len;
	const struct dirent *entry;
	int status = 0;
	DIR *directory = opendir(len ? listing->path.data : "/");
	if (!directory)
		return error_errno(err, "can't read the directory \"%s\"", listing->path.data);
	while (status == 0 && (entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		buf_printf(&listing->path, "/%s", entry->d_name);
		status = list_entry(listing, err);
		listing->path.len = len;
		listing->path.data[len] = '\0';
	}
	closedir(directory);
	return status;
}

int tree_list(FILE *out, struct error *err)
{
	struct listing listing = {.out = out};
	int status = tree_mounts_read(&listing.mounts, "", err);
	if (status == 0)
		status = list_directory(&listing, err);
	if (status == 0 && fflush(out) != 0)
		status = error_errno(err, "can't write the list");
	tree_mounts_free(&listing.mounts);
	buf_free(&listing.path);
	return status;
}
