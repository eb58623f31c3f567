#include "host/tree/tree.h"

#include "common/memory.h"
#include "common/own.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

struct walk {
	tree_visit *visit;
	void *ctx;
	struct error *err;
};

static int walk_entry(struct walk *walk, const char *path, const char *relative, bool follow);

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* Bytewise, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk_child(struct walk *walk, const char *path, const char *relative, const char *name)
{
	autofree char *child = mem_printf("%s/%s", path, name);
	autofree char *below = *relative ? mem_printf("%s/%s", relative, name) : mem_strdup(name);
	return walk_entry(walk, child, below, false);
}

static int walk_children(struct walk *walk, const char *path, const char *relative)
{
	struct dirent **names = NULL;
	int count = scandir(path, &names, is_entry, by_name);
	if (count < 0)
		return error_errno(walk->err, "can't list %s", path);
	int status = 0;
	for (int i = 0; i < count; i++) {
		if (status == 0)
			status = walk_child(walk, path, relative, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return status;
}

static int visit_link(struct walk *walk, struct tree_entry *entry)
{
	char target[PATH_MAX];
	ssize_t len = readlink(entry->path, target, sizeof target - 1);
	if (len < 0)
		return error_errno(walk->err, "can't read the link %s", entry->path);
	target[len] = '\0';
	entry->kind = TREE_LINK;
	entry->target = target;
	return walk->visit(walk->ctx, entry, walk->err);
}

static int walk_entry(struct walk *walk, const char *path, const char *relative, bool follow)
{
	struct stat info;
	if ((follow ? stat(path, &info) : lstat(path, &info)) < 0)
		return error_errno(walk->err, "can't read %s", path);
	struct tree_entry entry = {.path = path,
				   .relative = relative,
				   .mode = info.st_mode & 07777,
				   .size = info.st_size};
	if (S_ISLNK(info.st_mode))
		return visit_link(walk, &entry);
	if (S_ISREG(info.st_mode))
		return walk->visit(walk->ctx, &entry, walk->err);
	if (!S_ISDIR(info.st_mode))
		return error_set(walk->err, "%s is neither a file nor a directory nor a link",
				 path);
	entry.kind = TREE_DIRECTORY;
	if (walk->visit(walk->ctx, &entry, walk->err) < 0)
		return -1;
	return walk_children(walk, path, relative);
}

int tree_walk(const char *path, tree_visit *visit, void *ctx, struct error *err)
{
	struct walk walk = {visit, ctx, err};
	return walk_entry(&walk, path, "", true);
}
