/* From a module.yml to a struct module. */
#include "common/own.h"
#include "host/modules/lookup.h"
#include "host/modules/module.h"

#include <stddef.h>

#define AT(member) offsetof(struct module, member)

/* Both are parts of an archive's name. */
static int read_name(struct reader *reader, const struct value_entry *entry, void *target)
{
	if (reader_text(reader, entry, target) < 0)
		return -1;
	if (module_is_name(*(const char **)target))
		return 0;
	return reader_fail(reader, entry->value,
			   "a module's '%s' is of letters, digits, '-', '_' and '.'", entry->key);
}

enum { STEPS = TAKES_TEXT | TAKES_LIST | TAKES_MAP | TAKES_NOTHING };

/* The parts without a reader of their own here are read as the manifest's, with the same tables. */
static const struct reader_key keys[] = {
	{.name = "name",
	 TAKES_TEXT,
	 AT(name),
	 read_name,
	 "what lists and errors call it",
	 .pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]*$"},
	{.name = "version",
	 TAKES_TEXT,
	 AT(version),
	 read_name,
	 "for people and lists",
	 .pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]*$"},
	{.name = "description", TAKES_TEXT, AT(description), reader_text, "one line"},
	{.name = "parameters",
	 TAKES_TREE | TAKES_NOTHING,
	 0,
	 reader_parameters,
	 "a map of names to what is known of each",
	 &parameter_section},
	{.name = "facts",
	 TAKES_TEXT | TAKES_LIST,
	 AT(facts),
	 reader_texts,
	 "those of the base image that it needs: `os.id`"},
	{.name = "files",
	 TAKES_TEXT | TAKES_LIST,
	 0,
	 NULL,
	 "directories that hold a `template.hcl` and templates; these have the parameters as "
	 "`{{ fact \"params.NAME\" }}`",
	 .pattern = "."},
	{.name = "copy",
	 TAKES_TEXT | TAKES_LIST | TAKES_MAP,
	 0,
	 NULL,
	 "plain files and trees, as in a manifest",
	 &copy_section},
	{.name = "kv", TAKES_TREE, 0, NULL, "keys for the templates; the manifest's own win"},
	{.name = "install", STEPS, 0, NULL, "steps, as in a manifest", &step_section},
	{.name = "script", STEPS, 0, NULL, "tests, as in a manifest", &step_section},
	{.name = "test",
	 TAKES_TREE,
	 0,
	 NULL,
	 "for `factory module test`: a manifest that uses the module, and `with`, its parameters"},
};
const struct reader_section module_section = {"a module", keys, COUNT_OF(keys), true};

/* A module's steps may not ask for what the host keeps secret. */
static int refuse_secrets(struct reader *reader, const struct value *steps)
{
	size_t count = !steps ? 0 : steps->kind == VALUE_LIST ? steps->list.len : 1;
	int status = 0;
	for (size_t i = 0; i < count; i++) {
		const struct value *step = steps->kind == VALUE_LIST ? steps->list.items[i] : steps;
		const struct value *secrets = value_get(step, "secrets");
		if (secrets)
			status = reader_fail(reader, secrets,
					     "a module's steps get no secrets: only a manifest's "
					     "own do");
	}
	return status;
}

static bool is_wrong(struct reader *reader, const struct value *tree, struct module *module)
{
	bool wrong = reader_map(reader, tree, &module_section, module) < 0;
	if (!wrong && !module->name)
		wrong = reader_problem(reader, reader_at(reader, tree), "missing", NULL,
				       "a module needs a `name`") < 0;
	wrong |= refuse_secrets(reader, value_get(tree, "install")) < 0;
	return wrong | (refuse_secrets(reader, value_get(tree, "script")) < 0);
}

struct module *module_load(struct loader *loader, const char *directory, const struct value *params)
{
	struct module *module = arena_alloc(loader->arena, sizeof *module);
	struct reader reader = {.manifest = loader->manifest,
				.sources = loader->sources,
				.problems = loader->problems,
				.options = loader->options};
	const struct value *outer = loader->params;
	*module = (struct module){.directory = directory, .version = "", .description = ""};
	loader->params = params;
	struct value *tree =
		load_file(loader, arena_printf(loader->arena, "%s/" MODULE_FILE, directory));
	loader->params = outer;
	module->tree = tree;
	if (tree)
		module->wrong = is_wrong(&reader, tree, module);
	return value_is(tree, VALUE_MAP) ? module : NULL;
}

const struct module *module_read(const char *directory, struct arena *arena,
				 struct manifest_problems *problems)
{
	static const struct manifest_options options = {0};
	struct manifest manifest = {.path = directory, .directory = directory};
	struct sources sources = {.arena = &manifest.arena};
	struct value *unknown = jinja_placeholder(&manifest.arena);
	struct loader loader = {.manifest = &manifest,
				.arena = &manifest.arena,
				.options = &options,
				.sources = &sources,
				.problems = problems,
				.facts = unknown,
				.pillar = unknown};
	const struct module *module = module_load(&loader, directory, unknown);
	struct module *kept = module && !module->wrong ? arena_alloc(arena, sizeof *kept) : NULL;
	if (kept)
		*kept = (struct module){.name = arena_strdup(arena, module->name),
					.version = arena_strdup(arena, module->version),
					.description = arena_strdup(arena, module->description)};
	arena_free(&manifest.arena);
	return kept;
}
