#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/workshop.h"
#include "host/exit_codes.h"

struct test_command {
	struct settings settings;
	const char *image;
	unsigned jobs;
};

static bool has_tests(const struct workshop *shop)
{
	for (size_t i = 0; i < shop->job_count; i++)
		if (!shop->jobs[i].manifest->tests.count)
			return false;
	return true;
}

static int run(const struct settings *settings, const char *directory, struct workshop *shop,
	       struct error *err)
{
	autofree char *path = mem_printf("%s/module.yml", directory);
	if (workshop_open(shop, settings, err) < 0 || workshop_read(shop, path, err) < 0)
		return -1;
	if (has_tests(shop))
		return workshop_run(shop, err);
	error_set(err,
		  "%s: there is nothing to test: neither the module nor its `test` has a `script`",
		  path);
	return error_class(err, EXIT_MANIFEST, ERROR_TESTS_NONE);
}

static int test(void *options, int argc, char **argv, struct error *err)
{
	struct test_command *command = options;
	const struct manifest_testing testing = {.image = command->image};
	struct workshop shop = {.signals = -1, .throwaway = true};
	if (argc != 2)
		return commands_misused(&command_module_test, "name one module's directory", err);
	command->settings.testing = &testing;
	shop.site.slots.most = command->jobs ? command->jobs : 4;
	return workshop_close(&shop, run(&command->settings, argv[1], &shop, err), err);
}

static const struct option test_options[] = {
	{.name = "image",
	 .argument = "IMAGE",
	 .help = "the base image, instead of the one that `test` names",
	 .words = WORD_IMAGE,
	 OPTION_INTO(struct test_command, image)},
	{.name = "jobs",
	 .letter = 'j',
	 .argument = "N",
	 .help = "containers at once (default: 4)",
	 OPTION_INTO(struct test_command, jobs)},
	{0},
};

const struct command command_module_test = {
	.name = "module test",
	.summary = "build a throwaway image with a module, and run its tests",
	.usage = "module test DIR [OPTION]...",
	.text = "Builds an image as the module's `test` says, and runs the tests of both. The\n"
		"image is removed again: nothing stays in the engine.",
	.options = {test_options, settings_engine_options, settings_fleet_options},
	.words = WORD_DIRECTORY,
	.size = sizeof(struct test_command),
	.run = test,
};
