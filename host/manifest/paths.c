/* Relative paths in manifests: from the directory of the file that names them, and never out of the
 * first manifest's directory, by .. or by a link. */
#include "host/manifest/reader.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool leaves(const char *path)
{
	int depth = 0;
	for (const char *part = path; *part;) {
		size_t len = strcspn(part, "/");
		if (len == 2 && strncmp(part, "..", 2) == 0)
			depth--;
		else if (len && !(len == 1 && *part == '.'))
			depth++;
		if (depth < 0)
			return true;
		part += len + (part[len] == '/');
	}
	return false;
}

/* What is behind `directory` in a path; the path where it does not begin with it. */
static const char *below(const char *path, const char *directory)
{
	size_t len = strlen(directory);
	if (strcmp(directory, ".") == 0 || strncmp(path, directory, len) != 0)
		return path;
	return path[len] == '/' ? path + len + 1 : path[len] ? path : "";
}

/* What does not exist leads nowhere. */
static bool links_out(const char *path, const char *root)
{
	char real[PATH_MAX], real_root[PATH_MAX];
	if (!realpath(path, real) || !realpath(root, real_root))
		return false;
	size_t len = strcmp(real_root, "/") == 0 ? 0 : strlen(real_root);
	return strncmp(real, real_root, len) != 0 || (real[len] && real[len] != '/');
}

/* A module may come from anywhere: of this machine's files it gets its own. */
static const char *path_in_module(struct reader *reader, const struct value *value,
				  const char *root, const char *path)
{
	const char *whole = arena_printf(&reader->manifest->arena, "%s/%s", root, path);
	if (path[0] != '/' && !leaves(path) && !links_out(whole, root))
		return whole;
	reader_fail(reader, value, "'%s' leaves the module's directory", path);
	return NULL;
}

const char *reader_path(struct reader *reader, const struct value *value, const char *path)
{
	struct arena *arena = &reader->manifest->arena;
	const char *root = reader->manifest->directory;
	const struct source *source = sources_find(reader->sources, value->line);
	const char *directory = source ? source->directory : root;
	if (source && source->root)
		return path_in_module(reader, value, source->root, path);
	if (path[0] == '/')
		return path;
	const char *whole =
		strcmp(directory, ".") == 0 ? path : arena_printf(arena, "%s/%s", directory, path);
	/* An included file that was named by an absolute path has a root of its own. */
	if (directory[0] == '/' && root[0] != '/')
		root = directory;
	if (!leaves(below(whole, root)) && !links_out(whole, root))
		return whole;
	reader_fail(reader, value, "'%s' leaves the manifest's directory: write an absolute path",
		    path);
	return NULL;
}
