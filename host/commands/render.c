#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"

static int render(void *options, int argc, char **argv, struct error *err)
{
	const struct settings *settings = options;
	if (argc != 2)
		return commands_misused(&command_render, "name one manifest", err);
	auto_buf struct buf out = {0};
	struct manifest_options how = {.properties = settings->properties,
				       .trim_blocks = settings->trim_blocks,
				       .lstrip_blocks = settings->lstrip_blocks};
	if (manifest_render(argv[1], &how, &out, err) < 0)
		return -1;
	if (fwrite(buf_text(&out), 1, out.len, stdout) != out.len || fflush(stdout) != 0)
		return error_errno(err, "can't write");
	return EXIT_OK;
}

const struct command command_render = {
	.name = "render",
	.summary = "print what Jinja2 makes of a manifest",
	.usage = "render MANIFEST [OPTION]...",
	.text = "Prints what Jinja2 makes of a manifest, byte for byte, without an engine.",
	.options = {settings_manifest_options},
	.words = WORD_MANIFEST,
	.size = sizeof(struct settings),
	.run = render,
};
