#include "host/compare/compare.h"

#include "common/own.h"

#include <string.h>
#include <sys/stat.h>

static bool differs_type(const struct tree_file *a, const struct tree_file *b)
{
	return a->type != b->type;
}

static bool differs_content(const struct tree_file *a, const struct tree_file *b)
{
	return a->type == b->type && (a->size != b->size || strcmp(a->digest, b->digest) != 0);
}

/* A link's permissions mean nothing. */
static bool differs_mode(const struct tree_file *a, const struct tree_file *b)
{
	return a->mode != b->mode && !(a->type == S_IFLNK && b->type == S_IFLNK);
}

static bool differs_owner(const struct tree_file *a, const struct tree_file *b)
{
	return a->uid != b->uid || a->gid != b->gid;
}

static bool differs_time(const struct tree_file *a, const struct tree_file *b)
{
	return a->mtime != b->mtime;
}

static bool differs_target(const struct tree_file *a, const struct tree_file *b)
{
	return strcmp(a->target ? a->target : "", b->target ? b->target : "") != 0;
}

static bool differs_device(const struct tree_file *a, const struct tree_file *b)
{
	return a->device != b->device;
}

static bool differs_attributes(const struct tree_file *a, const struct tree_file *b)
{
	return strcmp(a->attributes, b->attributes) != 0;
}

static const struct {
	const char *name;
	bool (*differs)(const struct tree_file *a, const struct tree_file *b);
	bool is_time;
} aspects[] = {
	{"type", differs_type, false},     {"content", differs_content, false},
	{"mode", differs_mode, false},     {"owner", differs_owner, false},
	{"target", differs_target, false}, {"device", differs_device, false},
	{"time", differs_time, true},      {"attributes", differs_attributes, false},
};

static const char *type_name(mode_t type)
{
	static const struct {
		mode_t type;
		const char *name;
	} types[] = {{S_IFREG, "file"},   {S_IFDIR, "directory"},    {S_IFLNK, "link"},
		     {S_IFCHR, "device"}, {S_IFBLK, "block device"}, {S_IFIFO, "pipe"}};
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i].type == type)
			return types[i].name;
	return "hard link";
}

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
	value_set(arena, map, key, value_string(arena, text));
}

static struct value *describe(const struct tree_file *file, struct arena *arena)
{
	if (!file)
		return value_null(arena);
	struct value *map = value_map(arena);
	set_text(arena, map, "type", type_name(file->type));
	set_text(arena, map, "mode", arena_printf(arena, "%04o", (unsigned)file->mode));
	value_set(arena, map, "uid", value_int(arena, file->uid));
	value_set(arena, map, "gid", value_int(arena, file->gid));
	value_set(arena, map, "mtime", value_int(arena, file->mtime));
	if (file->target)
		set_text(arena, map, "target", file->target);
	if (!*file->digest)
		return map;
	value_set(arena, map, "size", value_int(arena, file->size));
	set_text(arena, map, "digest", arena_printf(arena, "sha256:%s", file->digest));
	return map;
}

/* One of the two may be NULL. */
static struct value *ways(const struct tree_file *a, const struct tree_file *b, bool ignore_times,
			  struct arena *arena)
{
	struct value *how = value_list(arena);
	if (!a || !b) {
		value_append(arena, how, value_string(arena, a ? "only in a" : "only in b"));
		return how;
	}
	for (size_t i = 0; i < COUNT_OF(aspects); i++)
		if (!(aspects[i].is_time && ignore_times) && aspects[i].differs(a, b))
			value_append(arena, how, value_string(arena, aspects[i].name));
	return how;
}

static void add_difference(struct value *list, const struct tree_file *a, const struct tree_file *b,
			   bool ignore_times, struct arena *arena)
{
	struct value *how = ways(a, b, ignore_times, arena);
	if (!how->list.len)
		return;
	struct value *map = value_map(arena);
	set_text(arena, map, "path", arena_printf(arena, "/%s", a ? a->path : b->path));
	value_set(arena, map, "how", how);
	value_set(arena, map, "a", describe(a, arena));
	value_set(arena, map, "b", describe(b, arena));
	value_append(arena, list, map);
}

struct value *compare_trees(const struct tree *a, const struct tree *b, bool ignore_times,
			    struct arena *arena)
{
	struct value *list = value_list(arena);
	size_t i = 0, j = 0;
	while (i < a->count || j < b->count) {
		int order = i == a->count   ? 1
			    : j == b->count ? -1
					    : strcmp(a->files[i].path, b->files[j].path);
		add_difference(list, order <= 0 ? &a->files[i] : NULL,
			       order >= 0 ? &b->files[j] : NULL, ignore_times, arena);
		i += order <= 0;
		j += order >= 0;
	}
	return list;
}

struct value *compare_images(const struct compare_image *a, const struct compare_image *b,
			     bool ignore_times, struct arena *arena)
{
	struct value *all = value_map(arena);
	struct value *files = compare_trees(&a->tree, &b->tree, ignore_times, arena);
	struct value *config = compare_configs(a->inspected, b->inspected, arena);
	value_set(arena, all, "same", value_bool(arena, !files->list.len && !config->list.len));
	set_text(arena, all, "a", a->name);
	set_text(arena, all, "b", b->name);
	value_set(arena, all, "files", files);
	value_set(arena, all, "config", config);
	return all;
}

bool compare_is_same(const struct value *comparison)
{
	return value_get(comparison, "same")->boolean;
}

void compare_image_free(struct compare_image *image)
{
	arena_free(&image->arena);
}
