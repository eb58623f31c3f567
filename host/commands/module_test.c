#include "common/memory.h"
#include "common/own.h"
#include "host/commands/module.h"
#include "host/commands/workshop.h"
#include "host/exit_codes.h"

static const struct option_usage usage = {
	"factory module test DIR [OPTION]...",
	"Builds an image as the module's `test` says, and runs the tests of both. The image is\n"
	"removed again: nothing stays in the engine.",
};

static int run(const struct settings *common, const struct manifest_testing *testing,
	       const char *directory, unsigned jobs, struct error *err)
{
	struct settings settings = *common;
	struct workshop shop = {
		.settings = &settings, .signals = -1, .throwaway = true, .jobs = jobs};
	autofree char *path = mem_printf("%s/module.yml", directory);
	settings.testing = testing;
	if (workshop_open(&shop, err) < 0)
		return workshop_close(&shop, -1, err);
	struct manifest *manifest = workshop_manifest(&shop, path, NULL, err);
	int code = -1;
	if (manifest && !manifest->tests.count)
		error_set(err,
			  "%s: there is nothing to test: neither the module nor its `test` has a "
			  "`script`",
			  path);
	else if (manifest)
		code = workshop_cells(&shop, manifest, err);
	manifest_free(manifest);
	return workshop_close(&shop, code, err);
}

static int test(struct settings *settings, int argc, char **argv, struct error *err)
{
	struct manifest_testing testing = {0};
	unsigned jobs = 4;
	struct option_line lines[SETTINGS_MOST + 2] = {
		{.name = "image",
		 .argument = "IMAGE",
		 .help = "the base image, instead of the one that `test` names",
		 .text = &testing.image},
		{.name = "jobs",
		 .letter = 'j',
		 .argument = "N",
		 .help = "test branches at once (default: 4)",
		 .number = &jobs},
	};
	size_t count = 2 + settings_engine_lines(settings, lines + 2);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc != 2)
		return settings_misused(&usage, "name one module's directory", err);
	return run(settings, &testing, argv[1], jobs, err);
}

int module_command_test(int argc, char **argv, struct error *err)
{
	return settings_run(test, argc, argv, err);
}
