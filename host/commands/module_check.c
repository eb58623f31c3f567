#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/commands/telling.h"
#include "host/exit_codes.h"
#include "host/modules/module.h"

#include <string.h>

struct module_check_command {
	struct settings settings;
	const char *format;
	bool schema, keys;
};

static void print_fine(const struct manifest *manifest)
{
	const struct module_use *use = &manifest->modules[manifest->module_count - 1];
	printf("%s: fine (%s%s%s, %zu install step%s, %zu test%s)\n", manifest->path, use->name,
	       *use->version ? " " : "", use->version, manifest->install.count,
	       manifest->install.count == 1 ? "" : "s", manifest->tests.count,
	       manifest->tests.count == 1 ? "" : "s");
}

/* 1: the module is wrong; -1: something else is. */
static int check_one(struct telling *telling, const struct settings *common, const char *directory,
		     struct error *err)
{
	static const struct manifest_testing testing = {.sketch = true};
	struct manifest_problems problems = {0};
	struct settings settings = *common;
	auto_error struct error first = {0};
	autofree char *path = mem_printf("%s/module.yml", directory);
	settings.problems = &problems;
	settings.testing = &testing;
	struct manifest *manifest = settings_manifest(&settings, path, NULL, &first);
	int status = manifest ? 0 : 1;
	telling_add(telling, &problems);
	if (manifest && !telling->json)
		print_fine(manifest);
	if (!manifest && !problems.count)
		status = error_move(err, &first);
	manifest_problems_free(&problems);
	manifest_free(manifest);
	return status;
}

static int check_all(const struct module_check_command *command, char *const *directories,
		     struct error *err)
{
	struct telling telling = {.json = command->format && strcmp(command->format, "json") == 0};
	int code = EXIT_OK, status = 0;
	for (; *directories && status >= 0; directories++) {
		status = check_one(&telling, &command->settings, *directories, err);
		code = status > 0 ? EXIT_MANIFEST : code;
	}
	telling_end(&telling, status >= 0);
	return status < 0 ? -1 : code;
}

static int check(void *options, int argc, char **argv, struct error *err)
{
	const struct module_check_command *command = options;
	const struct command *self = &command_module_check;
	if (!command->schema && !command->keys)
		return argc < 2 ? commands_misused(self, "name a module's directory", err)
				: check_all(command, argv + 1, err);
	if (argc > 1)
		return commands_misused(self, "--schema and --keys take no module", err);
	return telling_print(command->schema ? module_schema : module_keys);
}

static const struct option check_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "text (default) or json: a list of problems, for editors",
	 .choices = "text json",
	 OPTION_INTO(struct module_check_command, format)},
	{.name = "schema",
	 .help = "print the JSON Schema of a module.yml instead",
	 OPTION_INTO(struct module_check_command, schema)},
	{.name = "keys",
	 .help = "print its keys in Markdown instead",
	 OPTION_INTO(struct module_check_command, keys)},
	{0},
};

const struct command command_module_check = {
	.name = "module check",
	.summary = "validate modules without an engine",
	.usage = "module check DIR... [OPTION]...\n"
		 "module check --schema|--keys",
	.text = "Validates modules without an engine: Jinja2, YAML, keys, parameters, the files\n"
		"they name and their tests. All that is wrong is told, in order, with its place.",
	.options = {check_options},
	.words = WORD_DIRECTORY,
	.size = sizeof(struct module_check_command),
	.run = check,
};
