#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/sbom/gather.h"

struct sbom_command {
	struct settings settings;
	const char *output;
};

static int describe(const struct sbom_command *command, const char *image,
		    struct gathering *gathering, struct error *err)
{
	auto_arena struct arena arena = {0};
	const struct value *sbom = sbom_gather(gathering, image, image, &arena, err);
	return sbom ? sbom_write(command->output ? command->output : "-", sbom, err) : -1;
}

static int sbom(void *options, int argc, char **argv, struct error *err)
{
	struct sbom_command *command = options;
	const struct settings *settings = &command->settings;
	struct gathering gathering = {.toolbox = settings->toolbox, .signals = -1};
	if (argc != 2)
		return commands_misused(&command_sbom, "name an image", err);
	if (settings_engine(settings, &gathering.loop, &gathering.engine, err) < 0)
		return -1;
	gathering.report = settings_report(settings, NULL, err);
	int status = gathering.report ? describe(command, argv[1], &gathering, err) : -1;
	report_free(gathering.report);
	engine_close(gathering.engine);
	loop_free(gathering.loop);
	return status < 0 ? -1 : EXIT_OK;
}

static const struct option sbom_options[] = {
	{.name = "output",
	 .letter = 'o',
	 .argument = "FILE",
	 .help = "where to (default: standard output)",
	 .words = WORD_FILE,
	 OPTION_INTO(struct sbom_command, output)},
	{0},
};

const struct command command_sbom = {
	.name = "sbom",
	.summary = "list an image's packages as SPDX",
	.usage = "sbom IMAGE [-o FILE] [OPTION]...",
	.text = "Writes what the package managers of an image have installed, as a document of\n"
		"SPDX 2.3 in JSON. The agent reads their databases in the image, which needs no\n"
		"network and no shell. The same image makes the same document.",
	.options = {sbom_options, settings_engine_options},
	.words = WORD_IMAGE,
	.size = sizeof(struct sbom_command),
	.run = sbom,
};
