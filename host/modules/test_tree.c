/* The manifest that tests a module is in its own file. */
#include "host/modules/module.h"

static struct value *placed(struct value *value, const struct value *at)
{
	value->line = at->line;
	value->column = at->column;
	return value;
}

/* The module itself, after those that its test uses beside it. */
static struct value *uses(struct arena *arena, const struct value *test, const struct value *at)
{
	struct value *use = placed(value_map(arena), at), *list = placed(value_list(arena), at);
	const struct value *others = value_get(test, "modules"), *with = value_get(test, "with");
	bool several = value_is(others, VALUE_LIST);
	for (size_t i = 0; others && i < (several ? others->list.len : 1); i++)
		value_append(arena, list, several ? others->list.items[i] : (struct value *)others);
	value_set(arena, use, "path", placed(value_string(arena, "."), at));
	if (with)
		value_set(arena, use, "with", (struct value *)with);
	value_append(arena, list, use);
	return list;
}

static int refuse(struct loader *loader, const struct value *at, const char *message)
{
	manifest_problems_add(loader->problems,
			      sources_locate(loader->sources, at->line, at->column), "value",
			      message, NULL);
	return -1;
}

static int check_test(struct loader *loader, const struct value *tree, const struct value *test)
{
	const struct value *from = value_get(test, "from");
	if (from)
		return refuse(loader, from, "a module's test names its image: nothing stays of it");
	if (!test && !loader->options->testing->sketch)
		return refuse(loader, tree, "the module has no `test`");
	return 0;
}

struct value *module_test_tree(struct loader *loader, const char *directory)
{
	struct arena *arena = loader->arena;
	const struct module *module = module_load(loader, directory, jinja_placeholder(arena));
	if (!module)
		return NULL;
	const struct value *test = value_get(module->tree, "test");
	const struct value *at = test ? test : module->tree;
	const char *image = loader->options->testing->image;
	struct value *root = placed(value_map(arena), at);
	if (check_test(loader, module->tree, test) < 0)
		return NULL;
	if (test)
		root = placed(load_merge(arena, test, root), at);
	loader->sketch = !test;
	value_set(arena, root, "modules", uses(arena, test, at));
	value_unset(root, "with");
	value_unset(root, "artifact");
	if (image || !test)
		value_set(arena, root, "image",
			  placed(value_string(arena, image ? image : "scratch"), at));
	return root;
}
