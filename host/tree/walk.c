#include "host/tree/tree.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/tree/ignore.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

/* A directory on the way to what is being visited. */
struct level {
	struct level *up;
	const struct tree_entry *entry;
	bool *fits; /* which patterns do; NULL: there are none, or this is the root */
	bool visited;
};

struct walk {
	tree_visit *visit;
	void *ctx;
	struct ignore *ignore; /* or NULL */
	struct error *err;
};

static int walk_entry(struct walk *walk, struct tree_entry *entry, struct level *up);

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* Bytewise, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk_child(struct walk *walk, struct level *level, const char *name)
{
	const struct tree_entry *parent = level->entry;
	autofree char *path = mem_printf("%s/%s", parent->path, name);
	/* The root's own path, and the slash behind it, are what the name below it lacks. */
	const char *relative = path + (strlen(parent->path) - strlen(parent->relative)) +
			       (*parent->relative == '\0');
	struct stat info;
	struct tree_entry entry = {.path = path, .relative = relative, .info = &info};
	if (lstat(path, &info) < 0)
		return error_errno(walk->err, "can't read %s", path);
	return walk_entry(walk, &entry, level);
}

static int walk_children(struct walk *walk, struct level *level)
{
	autoentries struct entries names = {0};
	names.count = scandir(level->entry->path, &names.items, is_entry, by_name);
	if (names.count < 0)
		return error_errno(walk->err, "can't list %s", level->entry->path);
	for (int i = 0; i < names.count; i++)
		if (walk_child(walk, level, names.items[i]->d_name) < 0)
			return -1;
	return 0;
}

/* Directories that were left out come before the first thing below them that is not. */
static int visit_levels(struct walk *walk, struct level *level)
{
	if (!level || level->visited)
		return 0;
	level->visited = true;
	if (visit_levels(walk, level->up) < 0)
		return -1;
	return walk->visit(walk->ctx, level->entry, walk->err);
}

static int visit(struct walk *walk, const struct tree_entry *entry, struct level *up)
{
	return visit_levels(walk, up) < 0 ? -1 : walk->visit(walk->ctx, entry, walk->err);
}

static int visit_link(struct walk *walk, struct tree_entry *entry, struct level *up)
{
	char target[PATH_MAX];
	ssize_t len = readlink(entry->path, target, sizeof target - 1);
	if (len < 0)
		return error_errno(walk->err, "can't read the link %s", entry->path);
	target[len] = '\0';
	entry->kind = TREE_LINK;
	entry->target = target;
	int status = visit(walk, entry, up);
	entry->target = NULL;
	return status;
}

static int walk_directory(struct walk *walk, struct tree_entry *entry, struct level *up, bool *fits,
			  bool covered)
{
	struct level level = {up, entry, fits, false};
	entry->kind = TREE_DIRECTORY;
	if (covered && !ignore_has_exceptions(walk->ignore))
		return 0;
	if (!covered && visit_levels(walk, &level) < 0)
		return -1;
	return walk_children(walk, &level);
}

static int walk_entry(struct walk *walk, struct tree_entry *entry, struct level *up)
{
	autofree bool *fits = NULL;
	bool covered = false;
	mode_t mode = entry->info->st_mode;
	entry->mode = mode & 07777;
	if (walk->ignore && up) {
		fits = mem_alloc(ignore_count(walk->ignore));
		covered = ignore_covers(walk->ignore, entry->relative, up->fits, fits);
	}
	if (S_ISDIR(mode))
		return walk_directory(walk, entry, up, fits, covered);
	if (covered)
		return 0;
	if (S_ISLNK(mode))
		return visit_link(walk, entry, up);
	if (S_ISREG(mode))
		return visit(walk, entry, up);
	return error_as(walk->err, ERROR_FILE_KIND,
			"%s is neither a file nor a directory nor a link", entry->path);
}

static int walk_root(struct walk *walk, const char *path)
{
	struct stat info;
	struct tree_entry root = {.path = path, .relative = path + strlen(path), .info = &info};
	if (stat(path, &info) < 0)
		return error_errno(walk->err, "can't read %s", path);
	return walk_entry(walk, &root, NULL);
}

int tree_walk(const char *path, tree_visit *visitor, void *ctx, struct error *err)
{
	struct walk walk = {.visit = visitor, .ctx = ctx, .err = err};
	return walk_root(&walk, path);
}

static int read_ignore(const char *path, struct ignore **ignore, struct error *err)
{
	auto_buf struct buf text = {0};
	autofree char *file = mem_printf("%s/%s", path, IGNORE_FILE);
	if (access(file, F_OK) < 0)
		return 0;
	if (file_read(file, 0, &text, err) < 0)
		return -1;
	*ignore = ignore_parse(file, buf_text(&text), text.len, err);
	if (*ignore)
		return 0;
	return error_class(err, EXIT_MANIFEST, ERROR_UNREADABLE);
}

int tree_walk_copied(const char *path, tree_visit *visitor, void *ctx, struct error *err)
{
	struct walk walk = {.visit = visitor, .ctx = ctx, .err = err};
	if (read_ignore(path, &walk.ignore, err) < 0)
		return -1;
	int status = walk_root(&walk, path);
	ignore_free(walk.ignore);
	return status;
}
