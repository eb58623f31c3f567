/* `include`: other files that a manifest is merged over, in their order. */
#include "host/manifest/load.h"

#include "common/own.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_FILES = 200, DEEPEST = 40 };

struct include {
	const char *file;
	const struct value *with;
};

static int read_file(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	const char *path = text ? reader_path(reader, entry->value, text) : NULL;
	*(const char **)target = path;
	return path ? 0 : -1;
}

static int read_with(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)reader;
	*(const struct value **)target = entry->value;
	return 0;
}

static const struct reader_key keys[] = {
	{.name = "file",
	 TAKES_TEXT,
	 offsetof(struct include, file),
	 read_file,
	 "the file, from the directory of the one that names it",
	 .pattern = "."},
	{.name = "with",
	 TAKES_TREE,
	 offsetof(struct include, with),
	 read_with,
	 "variables for its templates, over the properties"},
};
const struct reader_section include_section = {"an include", keys, COUNT_OF(keys), false};

static int read_include(struct reader *reader, const struct value *from, struct include *include)
{
	const struct value_entry entry = {.key = "include", .value = (struct value *)from};
	if (from->kind != VALUE_MAP)
		return read_file(reader, &entry, &include->file);
	if (reader_map(reader, from, &include_section, include) < 0)
		return -1;
	return include->file ? 0 : reader_fail(reader, from, "an include needs a `file`");
}

/* "a.yml -> b.yml -> a.yml" */
static void write_chain(const struct include_chain *chain, const char *last, struct buf *out)
{
	const struct include_chain *links[DEEPEST + 1];
	size_t count = 0;
	for (; chain && count <= DEEPEST; chain = chain->outer)
		links[count++] = chain;
	while (count-- > 0)
		buf_printf(out, "%s -> ", links[count]->path);
	buf_puts(out, last);
}

static int refuse(struct loader *loader, struct reader *reader, const struct value *from,
		  const char *path, const char *real)
{
	size_t depth = 0;
	auto_buf struct buf chain = {0};
	write_chain(loader->chain, path, &chain);
	for (const struct include_chain *link = loader->chain; link; link = link->outer, depth++)
		if (strcmp(link->real, real) == 0)
			return reader_problem(reader, reader_at(reader, from), "cycle", NULL,
					      "includes go in a circle: %s", buf_text(&chain));
	if (depth >= DEEPEST || loader->files >= MOST_FILES)
		return reader_problem(reader, reader_at(reader, from), "value", NULL,
				      "too many includes: at most %d files, %d deep", MOST_FILES,
				      DEEPEST);
	return 0;
}

static struct value *load_one(struct loader *loader, struct reader *reader,
			      const struct value *from)
{
	struct include include = {0};
	char real[PATH_MAX];
	if (read_include(reader, from, &include) < 0)
		return NULL;
	struct stat info;
	if (!realpath(include.file, real) || stat(real, &info) < 0 || !S_ISREG(info.st_mode)) {
		reader_problem(reader, reader_at(reader, from), "unreadable", NULL,
			       "there is no file %s to include", include.file);
		return NULL;
	}
	if (refuse(loader, reader, from, include.file, real) < 0)
		return NULL;
	struct include_chain link = {loader->chain, include.file, real};
	const struct value *outer = loader->with;
	loader->chain = &link;
	loader->with = outer && include.with ? load_merge(loader->arena, outer, include.with)
		       : include.with        ? include.with
					     : outer;
	loader->files++;
	struct value *tree = load_tree(loader, include.file);
	loader->chain = link.outer;
	loader->with = outer;
	if (tree && tree->kind != VALUE_MAP && tree->kind != VALUE_NULL) {
		reader_fail(reader, tree, "an included file must be a map");
		return NULL;
	}
	return tree;
}

static struct value *without_include(struct arena *arena, const struct value *tree)
{
	struct value *map = load_merge(arena, tree, value_map(arena));
	map->line = tree->line;
	map->column = tree->column;
	value_unset(map, "include");
	return map;
}

struct value *include_resolve(struct loader *loader, const struct value *tree)
{
	struct reader reader = {.manifest = loader->manifest,
				.sources = loader->sources,
				.problems = loader->problems,
				.options = loader->options};
	const struct value *list = value_get(tree, "include");
	struct value *all = NULL;
	size_t count = list->kind == VALUE_LIST ? list->list.len : list->kind != VALUE_NULL;
	for (size_t i = 0; i < count; i++) {
		const struct value *item = list->kind == VALUE_LIST ? list->list.items[i] : list;
		struct value *one = load_one(loader, &reader, item);
		loader->incomplete |= !one;
		if (one && one->kind == VALUE_MAP)
			all = all ? load_merge(loader->arena, all, one) : one;
	}
	struct value *own = without_include(loader->arena, tree);
	return all ? load_merge(loader->arena, all, own) : own;
}
