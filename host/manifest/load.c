#include "host/manifest/load.h"

#include "common/file.h"
#include "common/own.h"
#include "common/yaml.h"

#include <string.h>

enum { LARGEST = 16 << 20 };

void load_failed(struct loader *loader, struct error *err, const char *code)
{
	struct position at = {err->file, err->line, err->column};
	manifest_problems_add(loader->problems, at, code, err->message, NULL);
	error_clear(err);
}

static void add_with(const struct loader *loader, struct value *context)
{
	for (size_t i = 0; loader->with && i < loader->with->map.len; i++)
		value_set(loader->arena, context, loader->with->map.entries[i].key,
			  loader->with->map.entries[i].value);
}

struct value *load_context(const struct loader *loader)
{
	struct arena *arena = loader->arena;
	const struct value *properties = loader->options->properties;
	struct value *context = NULL;
	/* A module is the same wherever it is used: it sees its parameters alone. */
	if (loader->params) {
		context = value_map(arena);
		value_set(arena, context, "params", (struct value *)loader->params);
	} else {
		context = properties ? value_copy(arena, properties) : value_map(arena);
		add_with(loader, context);
	}
	value_set(arena, context, "facts", loader->facts);
	value_set(arena, context, "pillar", loader->pillar);
	return context;
}

static int render(struct loader *loader, const char *path, const char *text, size_t len,
		  struct buf *out, struct jinja_map *map, struct error *err)
{
	struct jinja_options options = {.trim_blocks = loader->options->trim_blocks,
					.lstrip_blocks = loader->options->lstrip_blocks,
					.include_path = sources_directory(loader->arena, path)};
	jinja_head_options(text, &options);
	loader->mentions_facts |= strstr(text, "facts") != NULL;
	struct jinja_template *tmpl = jinja_parse(loader->arena, path, text, len, &options, err);
	if (!tmpl)
		return -1;
	loader->reads_facts |= jinja_reads(tmpl, "facts");
	loader->reads_pillar |= jinja_reads(tmpl, "pillar");
	/* The second tells of a template that includes others: they may mention anything. */
	loader->mentions_host |= strstr(text, "host") || jinja_reads(tmpl, "host");
	return jinja_render(tmpl, load_context(loader), loader->arena, out, map, err);
}

struct source *load_text(struct loader *loader, const char *path)
{
	struct arena *arena = loader->arena;
	auto_buf struct buf file = {0}, out = {0};
	auto_error struct error err = {0};
	struct jinja_map map = {0};
	path = arena_strdup(arena, path);
	if (file_read(path, LARGEST, &file, &err) < 0) {
		load_failed(loader, &err, "unreadable");
		return NULL;
	}
	const char *text = arena_strndup(arena, buf_text(&file), file.len);
	if (render(loader, path, text, file.len, &out, &map, &err) < 0) {
		load_failed(loader, &err, "jinja");
		return NULL;
	}
	struct buf kept = {.data = arena_strndup(arena, buf_text(&out), out.len), .len = out.len};
	struct source *source = sources_add(loader->sources, path, &kept, &map);
	source->root = loader->params ? source->directory : NULL;
	return source;
}

/* YAML's errors have positions in the rendered text: they become the file's. */
static struct value *parse(struct loader *loader, const struct source *source)
{
	auto_error struct error err = {0};
	struct value *tree = yaml_parse_behind(loader->arena, source->path, source->text.data,
					       source->text.len, source->before, &err);
	if (tree && !tree->line) { /* there is nothing in the file */
		tree->line = source->before + 1;
		tree->column = 1;
	}
	if (tree)
		return tree;
	if (err.line) {
		struct position at = sources_locate(loader->sources, err.line, err.column);
		err.line = at.line;
		err.column = at.column;
	}
	load_failed(loader, &err, "yaml");
	return NULL;
}

struct value *load_file(struct loader *loader, const char *path)
{
	const struct source *source = load_text(loader, path);
	return source ? parse(loader, source) : NULL;
}

struct value *load_tree(struct loader *loader, const char *path)
{
	struct value *tree = load_file(loader, path);
	if (!tree || tree->kind != VALUE_MAP || !value_get(tree, "include"))
		return tree;
	return include_resolve(loader, tree);
}

static struct value *joined(struct arena *arena, const struct value *base, const struct value *over)
{
	struct value *list = value_list(arena);
	const struct value *parts[] = {base, over};
	list->line = over->line;
	list->column = over->column;
	for (size_t p = 0; p < COUNT_OF(parts); p++) {
		bool is_list = parts[p]->kind == VALUE_LIST;
		for (size_t i = 0; i < (is_list ? parts[p]->list.len : 1); i++)
			value_append(arena, list,
				     is_list ? parts[p]->list.items[i] : (struct value *)parts[p]);
	}
	return list;
}

static void put(struct arena *arena, struct value *map, const struct value_entry *from,
		struct value *value)
{
	size_t before = map->map.len;
	value_setn(arena, map, from->key, from->key_len, value);
	if (map->map.len == before)
		return;
	map->map.entries[before].line = from->line;
	map->map.entries[before].column = from->column;
}

static struct value *deep(struct arena *arena, const struct value *base, const struct value *over)
{
	struct value *map = value_map(arena);
	map->line = over->line;
	map->column = over->column;
	for (size_t i = 0; i < base->map.len; i++)
		put(arena, map, &base->map.entries[i], base->map.entries[i].value);
	for (size_t i = 0; i < over->map.len; i++) {
		const struct value_entry *entry = &over->map.entries[i];
		const struct value *old = value_getn(map, entry->key, entry->key_len);
		put(arena, map, entry, old ? load_merge(arena, old, entry->value) : entry->value);
	}
	return map;
}

struct value *load_merge(struct arena *arena, const struct value *base, const struct value *over)
{
	bool lists = base->kind == VALUE_LIST || over->kind == VALUE_LIST;
	bool text = base->kind == VALUE_STRING || over->kind == VALUE_STRING;
	if (base->kind == VALUE_MAP && over->kind == VALUE_MAP)
		return deep(arena, base, over);
	if (lists && (base->kind == over->kind || text))
		return joined(arena, base, over);
	return (struct value *)over;
}
