#include "host/export/export.h"

#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"

struct export_command {
	struct settings settings;
	const char *output, *format;
};

static int export(void *options, int argc, char **argv, struct error *err)
{
	struct export_command *command = options;
	struct loop *loop = NULL;
	struct engine *engine = NULL;
	if (argc < 2)
		return commands_misused(&command_export, "name an image", err);
	if (!command->output)
		return commands_misused(&command_export, "name a file by -o", err);
	if (settings_engine(&command->settings, &loop, &engine, err) < 0)
		return -1;
	int status = export_images(engine, (const char *const *)argv + 1, command->output,
				   command->format, err);
	engine_close(engine);
	loop_free(loop);
	return status < 0 ? -1 : EXIT_OK;
}

static const struct option export_options[] = {
	{.name = "output",
	 .letter = 'o',
	 .argument = "FILE",
	 .help = "where to; - is standard output",
	 .words = WORD_FILE,
	 OPTION_INTO(struct export_command, output)},
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "docker (default), as `docker load` reads it, or oci, OCI's layout",
	 .choices = "docker oci",
	 OPTION_INTO(struct export_command, format)},
	{0},
};

const struct command command_export = {
	.name = "export",
	.summary = "write images to an archive",
	.usage = "export IMAGE... -o FILE [OPTION]...",
	.text = "Writes images, under the names that are given, to one archive: Docker's, or one\n"
		"in OCI's layout, which is the same, byte by byte, whenever it is written. The\n"
		"file is there as a whole or not at all.",
	.options = {export_options, settings_engine_options},
	.words = WORD_IMAGE,
	.size = sizeof(struct export_command),
	.run = export,
};
