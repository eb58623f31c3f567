#include "common/memory.h"
#include "common/own.h"
#include "host/commands/module.h"
#include "host/commands/settings.h"
#include "host/commands/telling.h"
#include "host/exit_codes.h"
#include "host/modules/module.h"

#include <string.h>

static const struct option_usage usage = {
	"factory module check DIR... [OPTION]...",
	"Validates modules without an engine: Jinja2, YAML, keys, parameters, the files they name\n"
	"and their tests. All that is wrong is told, in order, with its place.",
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

static int check(struct settings *settings, int argc, char **argv, struct error *err)
{
	bool schema = false, keys = false;
	const char *format = "text";
	const struct option_line lines[] = {
		{.name = "format",
		 .argument = "FORMAT",
		 .help = "text (default) or json: a list of problems, for editors",
		 .text = &format},
		{.name = "schema",
		 .help = "print the JSON Schema of a module.yml instead",
		 .flag = &schema},
		{.name = "keys", .help = "print its keys in Markdown instead", .flag = &keys},
	};
	int status = options_parse(&argc, argv, lines, COUNT_OF(lines), &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	struct telling telling = {.json = strcmp(format, "json") == 0};
	if (!telling.json && strcmp(format, "text") != 0)
		return settings_misused(&usage, "--format takes text or json", err);
	if (schema || keys)
		return argc > 1
			       ? settings_misused(&usage, "--schema and --keys take no module", err)
			       : telling_print(schema ? module_schema : module_keys);
	if (argc < 2)
		return settings_misused(&usage, "name a module's directory", err);
	int code = EXIT_OK;
	for (int i = 1; i < argc && status >= 0; i++) {
		status = check_one(&telling, settings, argv[i], err);
		code = status > 0 ? EXIT_MANIFEST : code;
	}
	telling_end(&telling, status >= 0);
	return status < 0 ? -1 : code;
}

int module_command_check(int argc, char **argv, struct error *err)
{
	return settings_run(check, argc, argv, err);
}
