#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"

static const struct option_usage usage = {
	"factory render MANIFEST [OPTION]...",
	"Prints what Jinja2 makes of a manifest, byte for byte, without an engine.",
};

static int render(struct settings *settings, int argc, char **argv, struct error *err)
{
	struct option_line lines[SETTINGS_MOST];
	size_t count = settings_manifest_lines(settings, lines);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc != 2)
		return settings_misused(&usage, "name one manifest", err);
	auto_buf struct buf out = {0};
	struct manifest_options options = {.properties = settings->properties,
					   .trim_blocks = settings->trim_blocks,
					   .lstrip_blocks = settings->lstrip_blocks};
	if (manifest_render(argv[1], &options, &out, err) < 0)
		return -1;
	if (fwrite(buf_text(&out), 1, out.len, stdout) != out.len || fflush(stdout) != 0)
		return error_errno(err, "can't write");
	return EXIT_OK;
}

int command_render(int argc, char **argv, struct error *err)
{
	return settings_run(render, argc, argv, err);
}
