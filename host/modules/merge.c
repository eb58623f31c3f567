/* A manifest with the modules it uses: their parts are merged below its own. */
#include "common/own.h"
#include "host/modules/module.h"

#include <string.h>

enum { MOST_USES = 1000 }; /* of all cells together */

/* What a module adds to a manifest. Lists come one behind the other. */
static const char *const lists[] = {"files", "copy", "install", "script"};

static struct value *as_list(struct arena *arena, const struct value *value)
{
	struct value *list = value_list(arena);
	list->line = value->line;
	list->column = value->column;
	if (value->kind != VALUE_NULL)
		value_append(arena, list, (struct value *)value);
	return list;
}

/* So that a single step and none at all are merged as a list of them is. */
static struct value *with_lists(struct arena *arena, const struct value *tree)
{
	struct value *map = load_merge(arena, tree, value_map(arena));
	map->line = tree->line;
	map->column = tree->column;
	value_unset(map, "modules");
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		const struct value *own = value_get(map, lists[i]);
		if (own && own->kind != VALUE_LIST)
			value_set(arena, map, lists[i], as_list(arena, own));
	}
	return map;
}

/* Each directory of templates has the parameters of this use. */
static struct value *files_of(struct arena *arena, const struct value *from,
			      const struct value *params)
{
	struct value *list = value_list(arena);
	for (size_t i = 0; i < from->list.len; i++) {
		struct value *root = value_map(arena);
		root->line = from->list.items[i]->line;
		root->column = from->list.items[i]->column;
		value_set(arena, root, "path", from->list.items[i]);
		value_set(arena, root, "params", (struct value *)params);
		value_append(arena, list, root);
	}
	return list;
}

static struct value *parts_of(struct arena *arena, const struct module *module,
			      const struct value *params)
{
	struct value *tree = with_lists(arena, module->tree), *parts = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		struct value *part = value_get(tree, lists[i]);
		if (part && strcmp(lists[i], "files") == 0)
			part = files_of(arena, part, params);
		if (part)
			value_set(arena, parts, lists[i], part);
	}
	if (value_get(tree, "kv"))
		value_set(arena, parts, "kv", value_get(tree, "kv"));
	return parts;
}

/* Which facts there are is known in the second pass, and with an engine only. */
static int check_facts(struct loader *loader, struct reader *reader, const struct module *module,
		       const struct value *from)
{
	int status = 0;
	loader->reads_facts |= module->facts != NULL;
	loader->mentions_facts |= module->facts != NULL;
	for (size_t i = 0; module->facts && loader->knows_facts && i < module->facts->list.len;
	     i++) {
		const char *fact = value_text(module->facts->list.items[i]);
		if (!value_path(loader->facts, fact))
			status = reader_fail(reader, from,
					     "the module %s needs the fact '%s', which the base "
					     "image does not have",
					     module->name, fact);
	}
	return status;
}

static int resolve(struct loader *loader, struct module_use *use)
{
	const struct manifest_modules *modules = loader->options->modules;
	const char *near = loader->manifest->directory, *digest;
	auto_error struct error err = {0};
	int status = modules ? modules->resolve(modules->ctx, &use->source, near, loader->arena,
						&use->directory, &digest, &err)
			     : module_source_resolve(&use->source, near, loader->arena,
						     &use->directory, NULL, &err);
	if (status == 0)
		return 0;
	error_place(&err, use->source.at.file, use->source.at.line, use->source.at.column);
	load_failed(loader, &err, "unreadable");
	return -1;
}

static void note(struct manifest *manifest, const struct module_use *use)
{
	manifest->modules = arena_grow(&manifest->arena, manifest->modules, manifest->module_count,
				       manifest->module_count + 1, sizeof *use);
	manifest->modules[manifest->module_count++] = *use;
}

/* What a module adds with its parameters still unknown, where they or it are wrong: the rest of it
 * may be as well. */
static struct value *sketch_of(struct arena *arena, const struct module *module)
{
	return parts_of(arena, module, value_map(arena));
}

/* The file is read twice: its parameters' defaults are only known when it has been read. */
static struct value *read_parts(struct loader *loader, struct reader *reader,
				const struct value *from, struct module_use *use,
				const struct value *with)
{
	struct arena *arena = loader->arena;
	bool unknown = !loader->knows_facts && (loader->reads_facts || loader->reads_pillar);
	const struct module *sketch = module_load(loader, use->directory, jinja_placeholder(arena));
	if (!sketch)
		return value_map(arena);
	if (sketch->wrong)
		return sketch_of(arena, sketch);
	struct value *params =
		parameters_values(reader, sketch, with, from, unknown || loader->sketch);
	if (check_facts(loader, reader, sketch, from) < 0 || !params)
		return sketch_of(arena, sketch);
	const struct module *module = module_load(loader, use->directory, params);
	if (!module)
		return value_map(arena);
	use->name = module->name;
	use->version = module->version;
	note(loader->manifest, use);
	return parts_of(arena, module, params);
}

static struct value *merge_one(struct loader *loader, struct reader *reader,
			       const struct value *from, struct value *all)
{
	struct module_use use;
	const struct value *with;
	if (loader->modules++ >= MOST_USES) {
		reader_fail(reader, from, "too many modules: at most %d", MOST_USES);
		return all;
	}
	if (reader_module_use(reader, from, &use, &with) < 0 || resolve(loader, &use) < 0)
		return all;
	return load_merge(loader->arena, all, read_parts(loader, reader, from, &use, with));
}

struct value *modules_merge(struct loader *loader, struct value *root)
{
	const struct value *uses = value_get(root, "modules");
	struct reader reader = {.manifest = loader->manifest,
				.sources = loader->sources,
				.problems = loader->problems,
				.options = loader->options};
	struct value *all = value_map(loader->arena);
	if (!uses || root->kind != VALUE_MAP)
		return root;
	if (loader->manifest->travis) {
		reader_fail(&reader, uses, "modules have no meaning in a .travis.yml");
		return root;
	}
	if (uses->kind != VALUE_LIST)
		uses = as_list(loader->arena, uses);
	for (size_t i = 0; i < uses->list.len; i++)
		all = merge_one(loader, &reader, uses->list.items[i], all);
	return load_merge(loader->arena, all, with_lists(loader->arena, root));
}
