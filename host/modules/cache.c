#include "host/modules/cache.h"

#include "common/file.h"
#include "common/own.h"
#include "host/user_cache.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* Directories that are being made: .new-PID-RANDOM. */
static const char making[] = ".new-";

static const char *place_of(const char *name, struct arena *arena)
{
	autofree char *root = user_cache_path("modules");
	return root ? arena_printf(arena, "%s/%s", root, name) : NULL;
}

const char *module_cache_find(const char *name, struct arena *arena)
{
	struct stat status;
	const char *path = place_of(name, arena);
	return path && stat(path, &status) == 0 && S_ISDIR(status.st_mode) ? path : NULL;
}

static bool is_abandoned(const char *name)
{
	size_t len = sizeof making - 1;
	if (strncmp(name, making, len) != 0)
		return false;
	long pid = strtol(name + len, NULL, 10);
	return pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

static void remove_abandoned(const char *root, struct arena *arena)
{
	DIR *directory = opendir(root);
	if (!directory)
		return;
	for (struct dirent *entry; (entry = readdir(directory));) {
		auto_error struct error ignored = {0};
		if (is_abandoned(entry->d_name))
			file_remove_tree(arena_printf(arena, "%s/%s", root, entry->d_name),
					 &ignored);
	}
	closedir(directory);
}

const char *module_cache_begin(struct arena *arena, struct error *err)
{
	const char *root = place_of("", arena);
	if (!root) {
		error_as(err, ERROR_HOME,
			 "neither XDG_CACHE_HOME nor HOME says where to keep what is "
			 "fetched");
		return NULL;
	}
	char *path = arena_printf(arena, "%s%s%ld-XXXXXX", root, making, (long)getpid());
	if (file_make_parents(path, err) < 0)
		return NULL;
	remove_abandoned(root, arena);
	if (mkdtemp(path))
		return path;
	error_errno(err, "can't make a directory in %s", root);
	return NULL;
}

const char *module_cache_keep(const char *made, const char *name, struct arena *arena,
			      struct error *err)
{
	const char *path = place_of(name, arena);
	if (chmod(made, 0755) == 0 &&
	    (rename(made, path) == 0 || errno == ENOTEMPTY || errno == EEXIST))
		return path;
	error_errno(err, "can't keep %s", path);
	return NULL;
}
