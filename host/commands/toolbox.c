#include "host/toolbox/toolbox.h"

#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/toolbox/loader.h"

#include <string.h>

static const struct option_usage usage = {
	"factory toolbox create [OPTION]...",
	"Makes the toolbox: a scratch image with the agent, and the data container that lends it\n"
	"to targets. Does nothing where it is up to date; replaces an outdated one.",
};

enum { MOST_TOOLS = 64 };

struct tools {
	const char *paths[MOST_TOOLS + 1];
	size_t count;
};

static int add_tool(void *ctx, const char *path, struct error *err)
{
	struct tools *tools = ctx;
	if (tools->count == MOST_TOOLS)
		return error_set(err, "more than %d tools", MOST_TOOLS);
	tools->paths[tools->count++] = path;
	if (loader_is_needed(path))
		fprintf(stderr,
			"note: %s is not static: it runs only in images that have its libraries\n",
			path);
	return 0;
}

static int create(struct settings *settings, struct toolbox_options *options, struct error *err)
{
	static const char *const words[] = {[TOOLBOX_UP_TO_DATE] = "is up to date",
					    [TOOLBOX_MADE] = "was made",
					    [TOOLBOX_REPLACED] = "was outdated and is replaced"};
	struct loop *loop = NULL;
	struct engine *engine = NULL;
	enum toolbox_outcome outcome;
	if (settings_engine(settings, &loop, &engine, err) < 0)
		return -1;
	options->name = settings->toolbox;
	int status = toolbox_create(engine, options, &outcome, err);
	if (status == 0 && !settings->quiet)
		printf("the toolbox '%s' %s\n", options->name, words[outcome]);
	engine_close(engine);
	loop_free(loop);
	return status;
}

static int toolbox(struct settings *settings, int argc, char **argv, struct error *err)
{
	struct tools tools = {0};
	struct toolbox_options options = {.with = tools.paths};
	struct option_line lines[SETTINGS_MOST + 4] = {
		{.name = "with",
		 .argument = "FILE",
		 .help = "a further static tool for /tools; may be given often",
		 .each = add_tool,
		 .ctx = &tools},
		{.name = "agent",
		 .argument = "FILE",
		 .help = "the agent (default: FACTORY_AGENT, else beside factory)",
		 .text = &options.agent},
		{.name = "image",
		 .argument = "REPO",
		 .help = "the image's name (default: factory/toolbox)",
		 .text = &options.image},
		{.name = "name",
		 .argument = "NAME",
		 .help = "the same as --toolbox",
		 .text = &settings->toolbox},
	};
	size_t count = 4 + settings_engine_lines(settings, lines + 4);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc != 2 || strcmp(argv[1], "create") != 0)
		return settings_misused(&usage, "the toolbox can be created", err);
	return create(settings, &options, err) < 0 ? -1 : EXIT_OK;
}

int command_toolbox(int argc, char **argv, struct error *err)
{
	return settings_run(toolbox, argc, argv, err);
}
