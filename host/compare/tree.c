#include "host/compare/tree.h"

#include "common/own.h"

#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

/* More than any image has; an archive that is made to fill the memory ends there. */
enum { MOST_FILES = 8 << 20, LONGEST_PATH = 1 << 16 };

static const char *plain_path(struct arena *arena, const char *path)
{
	while (*path == '/' || (*path == '.' && (path[1] == '/' || !path[1])))
		path++;
	size_t len = strlen(path);
	while (len && path[len - 1] == '/')
		len--;
	return arena_strndup(arena, path, len);
}

static struct tree_file *add_file(struct tree *tree, struct arena *arena)
{
	if (tree->count == tree->cap) {
		size_t cap = tree->cap ? tree->cap * 2 : 64;
		tree->files = arena_grow(arena, tree->files, tree->count, cap, sizeof *tree->files);
		tree->cap = cap;
	}
	struct tree_file *file = &tree->files[tree->count];
	*file = (struct tree_file){.order = tree->count++};
	return file;
}

/* A hole counts as its place and not as zeros, of which an archive may claim any number. */
static int hash_content(struct archive *archive, struct tree_file *file, struct error *err)
{
	struct hash *hash = hash_new();
	const void *block;
	size_t size;
	int64_t offset, expected = 0;
	int status;
	while ((status = archive_read_data_block(archive, &block, &size, &offset)) == ARCHIVE_OK) {
		if (offset != expected)
			hash_add(hash, &offset, sizeof offset);
		hash_add(hash, block, size);
		expected = offset + (int64_t)size;
	}
	hash_finish(hash, file->digest);
	if (status == ARCHIVE_EOF)
		return 0;
	return error_as(err, ERROR_ARCHIVE_BROKEN, "can't read %s: %s", file->path,
			archive_error_string(archive));
}

/* Such as security.capability. */
static void hash_attributes(struct archive_entry *entry, struct tree_file *file)
{
	const char *name;
	const void *value;
	size_t size;
	if (!archive_entry_xattr_reset(entry))
		return;
	struct hash *hash = hash_new();
	while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
		hash_add_text(hash, name);
		hash_add(hash, &size, sizeof size);
		hash_add(hash, value, size);
	}
	hash_finish(hash, file->attributes);
}

static void take_entry(struct archive_entry *entry, struct arena *arena, struct tree_file *file)
{
	const char *link = archive_entry_hardlink(entry);
	const char *symlink = archive_entry_symlink(entry);
	file->type = link ? 0 : archive_entry_filetype(entry);
	file->mode = archive_entry_perm(entry);
	file->uid = archive_entry_uid(entry);
	file->gid = archive_entry_gid(entry);
	file->mtime = archive_entry_mtime(entry);
	file->size = file->type == S_IFREG ? archive_entry_size(entry) : 0;
	if (link)
		file->target = plain_path(arena, link);
	else if (symlink)
		file->target = arena_strdup(arena, symlink);
	if (file->type == S_IFCHR || file->type == S_IFBLK)
		file->device = archive_entry_rdev(entry);
	hash_attributes(entry, file);
}

static int read_entry(struct archive *archive, struct archive_entry *entry, struct arena *arena,
		      struct tree *tree, struct error *err)
{
	const char *path = archive_entry_pathname(entry);
	if (!path || strlen(path) > LONGEST_PATH)
		return error_as(err, ERROR_ARCHIVE_BROKEN,
				"the archive has a file without a name that can be read");
	if (tree->count == MOST_FILES)
		return error_as(err, ERROR_ARCHIVE_BROKEN, "the archive has more than %d files",
				MOST_FILES);
	const char *plain = plain_path(arena, path);
	if (!*plain) /* the root itself: no engine keeps what it is like */
		return 0;
	struct tree_file *file = add_file(tree, arena);
	file->path = plain;
	take_entry(entry, arena, file);
	return file->type == S_IFREG ? hash_content(archive, file, err) : 0;
}

static int by_path(const void *a, const void *b)
{
	const struct tree_file *left = a, *right = b;
	int order = strcmp(left->path, right->path);
	return order ? order : (left->order > right->order) - (left->order < right->order);
}

static void sort(struct tree *tree)
{
	size_t kept = 0;
	if (tree->count)
		qsort(tree->files, tree->count, sizeof *tree->files, by_path);
	for (size_t i = 0; i < tree->count; i++) {
		bool again = i + 1 < tree->count &&
			     strcmp(tree->files[i].path, tree->files[i + 1].path) == 0;
		if (!again)
			tree->files[kept++] = tree->files[i];
	}
	tree->count = kept;
}

static void follow_links(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		struct tree_file *file = &tree->files[i];
		const struct tree_file *found =
			file->type ? NULL : tree_find(tree, file->target, strlen(file->target));
		const char *path = file->path;
		if (!found || !found->type)
			continue;
		*file = *found;
		file->path = path;
	}
}

int tree_read(struct archive *archive, struct arena *arena, struct tree *tree, struct error *err)
{
	struct archive_entry *entry;
	int status;
	while ((status = archive_read_next_header(archive, &entry)) == ARCHIVE_OK ||
	       status == ARCHIVE_WARN)
		if (read_entry(archive, entry, arena, tree, err) < 0)
			return -1;
	if (status != ARCHIVE_EOF)
		return error_as(err, ERROR_ARCHIVE_BROKEN, "can't read the archive: %s",
				archive_error_string(archive));
	sort(tree);
	follow_links(tree);
	return 0;
}

static int compare_to(const struct tree_file *file, const char *path, size_t len)
{
	int order = strncmp(file->path, path, len);
	return order ? order : file->path[len] != 0;
}

const struct tree_file *tree_find(const struct tree *tree, const char *path, size_t len)
{
	size_t low = 0, high = tree->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_to(&tree->files[middle], path, len);
		if (order == 0)
			return &tree->files[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* --- layers --- */

static const char whiteout[] = ".wh.", opaque[] = ".wh..wh..opq";

static bool is_whiteout(const char *path)
{
	const char *slash = strrchr(path, '/');
	return strncmp(slash ? slash + 1 : path, whiteout, strlen(whiteout)) == 0;
}

/* Is there DIRECTORY/PREFIXname, where the directory and the name are parts of one path? */
static bool has_marker(const struct tree *layer, const char *path, size_t directory,
		       const char *prefix, const char *name, size_t name_len)
{
	auto_arena struct arena arena = {0};
	const char *marker = arena_printf(&arena, "%.*s%s%.*s", (int)directory, path, prefix,
					  (int)name_len, name);
	return tree_find(layer, marker, strlen(marker)) != NULL;
}

/* Whether a layer hides what is below it: by a whiteout of it or of what it is in, by an opaque
 * directory, or by something else in the place of a directory. */
static bool is_hidden(const struct tree *layer, const char *path)
{
	if (tree_find(layer, path, strlen(path)))
		return true;
	for (size_t start = 0;; start++) {
		size_t len = strcspn(path + start, "/");
		if (has_marker(layer, path, start, opaque, "", 0) ||
		    has_marker(layer, path, start, whiteout, path + start, len))
			return true;
		start += len;
		if (!path[start])
			return false;
		const struct tree_file *above = tree_find(layer, path, start);
		if (above && above->type != S_IFDIR)
			return true;
	}
}

static void keep(struct tree *into, const struct tree_file *file, struct arena *arena)
{
	struct tree_file *copy = add_file(into, arena);
	size_t order = copy->order;
	*copy = *file;
	copy->order = order;
}

void tree_stack(struct tree *tree, const struct tree *layer, struct arena *arena)
{
	struct tree all = {0};
	for (size_t i = 0; i < tree->count; i++)
		if (!is_hidden(layer, tree->files[i].path))
			keep(&all, &tree->files[i], arena);
	for (size_t i = 0; i < layer->count; i++)
		if (!is_whiteout(layer->files[i].path))
			keep(&all, &layer->files[i], arena);
	sort(&all);
	*tree = all;
}
