#include "agent/tree/place.h"

#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { DIRECTORY = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

int tree_root_open(struct tree_root *root, const char *path, struct error *err)
{
	root->last = -1;
	root->directory = open(*path ? path : "/", DIRECTORY);
	if (root->directory < 0)
		return error_errno(err, "can't open \"%s\"", path);
	return tree_mounts_read(&root->mounts, path, err);
}

void tree_root_close(struct tree_root *root)
{
	own_close(&root->last);
	own_close(&root->directory);
	tree_mounts_free(&root->mounts);
	buf_free(&root->last_name);
}

static bool is_part(const char *part, size_t len)
{
	return len && !(len == 1 && *part == '.') && !(len == 2 && memcmp(part, "..", 2) == 0);
}

static int check_name(const struct tree_root *root, const char *name, size_t len, struct error *err)
{
	bool good = *name == '/' && strlen(name) == len;
	for (const char *part = name; good && *part; part += 1 + strcspn(part + 1, "/"))
		good = is_part(part + 1, strcspn(part + 1, "/"));
	if (!good || !len)
		return error_set(err, "the changes make no sense: \"%.200s\" is no path", name);
	if (tree_mounts_have(&root->mounts, name))
		return error_set(err, "can't change \"%s\": something is mounted there", name);
	return 0;
}

static void enter(struct tree_place *place, const char *part, size_t len)
{
	autofree char *name = mem_strndup(part, len);
	autoclose int above = place->directory;
	place->directory = openat(above, name, DIRECTORY);
}

static bool is_last(const struct tree_root *root, const char *name, size_t len)
{
	return root->last >= 0 && root->last_name.len == len &&
	       memcmp(root->last_name.data, name, len) == 0;
}

/* The directory of the first `len` bytes of a name. */
static void open_directory(struct tree_root *root, const char *name, size_t len,
			   struct tree_place *place)
{
	const char *part = name + 1, *stop = name + len;
	if (is_last(root, name, len)) {
		place->directory = fcntl(root->last, F_DUPFD_CLOEXEC, 0);
		return;
	}
	place->directory = fcntl(root->directory, F_DUPFD_CLOEXEC, 0);
	for (const char *end; place->directory >= 0 && part < stop; part = end + 1) {
		end = strchr(part, '/');
		enter(place, part, (size_t)(end - part));
	}
	if (place->directory < 0)
		return;
	own_close(&root->last);
	root->last = fcntl(place->directory, F_DUPFD_CLOEXEC, 0);
	buf_clear(&root->last_name);
	buf_add(&root->last_name, name, len);
}

int tree_place_find(struct tree_root *root, const char *name, size_t len, struct tree_place *place,
		    struct error *err)
{
	if (check_name(root, name, len, err) < 0)
		return -1;
	const char *last = strrchr(name, '/');
	open_directory(root, name, (size_t)(last - name), place);
	if (place->directory < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 1;
	if (place->directory < 0)
		return error_errno(err, "can't go to where \"%s\" is", name);
	place->path = mem_printf("/proc/self/fd/%d%s", place->directory, last);
	return 0;
}

void tree_place_free(struct tree_place *place)
{
	own_close(&place->directory);
	free(place->path);
}
