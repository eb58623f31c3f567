#include "agent/render/life/directory.h"

#include "common/memory.h"
#include "common/own.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEEPEST = 64 };

static void add(struct file_list *list, char *name)
{
	list->names = mem_resize(list->names, list->count + 1, sizeof *list->names);
	list->names[list->count++] = name;
}

static int list_below(const char *root, const char *below, unsigned depth, struct file_list *list,
		      struct error *err);

static int list_entry(const char *root, const char *below, const char *entry, unsigned depth,
		      struct file_list *list, struct error *err)
{
	struct stat info;
	autofree char *name = mem_printf("%s%s%s", below, *below ? "/" : "", entry);
	autofree char *path = mem_printf("%s/%s", root, name);
	if (strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0 || lstat(path, &info) < 0)
		return 0;
	if (S_ISDIR(info.st_mode))
		return list_below(root, name, depth + 1, list, err);
	if (S_ISLNK(info.st_mode) && stat(path, &info) < 0)
		return 0;
	if (S_ISREG(info.st_mode))
		add(list, STEAL(name));
	return 0;
}

static int list_below(const char *root, const char *below, unsigned depth, struct file_list *list,
		      struct error *err)
{
	autoentries struct entries entries = {0};
	autofree char *path = mem_printf("%s/%s", root, below);
	if (depth > DEEPEST)
		return error_set(err, "%s is more than %d directories deep", path, DEEPEST);
	entries.count = scandir(path, &entries.items, NULL, alphasort);
	if (entries.count < 0)
		return error_errno(err, "can't list %s", path);
	for (int i = 0; i < entries.count; i++)
		if (list_entry(root, below, entries.items[i]->d_name, depth, list, err) < 0)
			return -1;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int directory_list(const char *root, bool missing_ok, struct file_list *list, struct error *err)
{
	struct stat info;
	*list = (struct file_list){0};
	if (missing_ok && stat(root, &info) < 0 && errno == ENOENT)
		return 0;
	if (list_below(root, "", 0, list, err) < 0) {
		file_list_free(list);
		return -1;
	}
	if (list->count)
		qsort(list->names, list->count, sizeof *list->names, compare);
	return 0;
}

void file_list_free(struct file_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
	*list = (struct file_list){0};
}

char *directory_result_name(const char *name)
{
	static const char *const endings[] = {".ctmpl", ".tmpl"};
	size_t len = strlen(name);
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		size_t end = strlen(endings[i]);
		if (len > end && name[len - end - 1] != '/' &&
		    strcmp(name + len - end, endings[i]) == 0)
			return mem_strndup(name, len - end);
	}
	return mem_strdup(name);
}

int directory_check_name(const char *name, struct error *err)
{
	for (const char *part = name;; part = strchr(part, '/') + 1) {
		size_t len = strcspn(part, "/");
		if (!len || (len == 1 && *part == '.') || strncmp(part, "../", len + 1) == 0 ||
		    (len == 2 && memcmp(part, "..", 2) == 0))
			return error_set(err,
					 "the file name \"%s\" that a template gives is no path "
					 "below its directory",
					 name);
		if (!part[len])
			return 0;
	}
}

/* The path without links, even where its end is not there yet. */
static char *resolve(const char *path)
{
	autofree char *begin = mem_strdup(path);
	for (;;) {
		autofree char *real = realpath(*begin ? begin : ".", NULL);
		const char *rest = path + strlen(begin);
		char *slash = strrchr(begin, '/');
		if (real)
			return mem_printf("%s/%s", real, rest + strspn(rest, "/"));
		if (!*begin)
			return mem_strdup(path); /* the working directory is gone */
		if (slash == begin)
			slash++;
		*(slash && *slash ? slash : begin) = '\0';
	}
}

static bool is_within(const char *path, const char *root)
{
	size_t len = strlen(root);
	while (len && root[len - 1] == '/')
		len--;
	return strncmp(path, root, len) == 0 && (path[len] == '/' || !path[len]);
}

int directory_check_apart(const char *source, const char *destination, struct error *err)
{
	autofree char *from = resolve(source), *to = resolve(destination);
	if (!is_within(from, to) && !is_within(to, from))
		return 0;
	return error_set(err,
			 "the directory %s and its destination %s lie within each other: "
			 "choose two that don't",
			 source, destination);
}

/* Directories that are empty now, from the deepest one up. */
static void remove_parents(const char *root, const char *path)
{
	autofree char *copy = mem_strdup(path);
	for (char *slash; (slash = strrchr(copy, '/')) && slash > copy + strlen(root);) {
		*slash = '\0';
		if (rmdir(copy) < 0)
			return;
	}
}

static bool is_kept(const char *path, const struct file_id *keep, size_t count)
{
	struct stat info;
	if (stat(path, &info) < 0)
		return true; /* it is gone */
	for (size_t i = 0; i < count; i++)
		if (keep[i].device == info.st_dev && keep[i].inode == info.st_ino)
			return true;
	return false;
}

int directory_purge(const char *root, const struct file_id *keep, size_t count, struct error *err)
{
	struct file_list list;
	int status = 0;
	if (directory_list(root, true, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.count && status == 0; i++) {
		autofree char *path = mem_printf("%s/%s", root, list.names[i]);
		if (is_kept(path, keep, count))
			continue;
		if (unlink(path) < 0 && errno != ENOENT)
			status = error_errno(err, "can't remove %s", path);
		remove_parents(root, path);
	}
	file_list_free(&list);
	return status;
}
