#include "host/toolbox/toolbox.h"

#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/toolbox/loader.h"

enum { MOST_TOOLS = 64 };

struct toolbox_command {
	struct settings settings;
	struct toolbox_options options;
	const char *tools[MOST_TOOLS + 1];
	size_t count;
};

static int add_tool(void *target, const char *path, struct error *err)
{
	struct toolbox_command *command = target;
	if (command->count == MOST_TOOLS)
		return error_set(err, "more than %d tools", MOST_TOOLS);
	command->tools[command->count++] = path;
	if (loader_is_needed(path))
		fprintf(stderr,
			"note: %s is not static: it runs only in images that have its libraries\n",
			path);
	return 0;
}

static int create(void *options, int argc, char **argv, struct error *err)
{
	static const char *const words[] = {[TOOLBOX_UP_TO_DATE] = "is up to date",
					    [TOOLBOX_MADE] = "was made",
					    [TOOLBOX_REPLACED] = "was outdated and is replaced"};
	struct toolbox_command *command = options;
	struct settings *settings = &command->settings;
	struct loop *loop = NULL;
	struct engine *engine = NULL;
	enum toolbox_outcome outcome;
	(void)argv;
	if (argc != 1)
		return commands_misused(&command_toolbox_create, "name nothing", err);
	if (settings_engine(settings, &loop, &engine, err) < 0)
		return -1;
	command->options.name = settings->toolbox;
	command->options.with = command->tools;
	int status = toolbox_create(engine, &command->options, &outcome, err);
	if (status == 0 && !settings->quiet)
		printf("the toolbox '%s' %s\n", settings->toolbox, words[outcome]);
	engine_close(engine);
	loop_free(loop);
	return status < 0 ? -1 : EXIT_OK;
}

static const struct option create_options[] = {
	{.name = "with",
	 .argument = "FILE",
	 .help = "a further static tool for /tools; may be given often",
	 .words = WORD_FILE,
	 .each = add_tool},
	{.name = "agent",
	 .argument = "FILE",
	 .help = "the agent (default: FACTORY_AGENT, else beside factory)",
	 .words = WORD_FILE,
	 OPTION_INTO(struct toolbox_command, options.agent)},
	{.name = "image",
	 .argument = "REPO",
	 .help = "the image's name (default: factory/toolbox)",
	 OPTION_INTO(struct toolbox_command, options.image)},
	{.name = "name",
	 .argument = "NAME",
	 .help = "the same as --toolbox",
	 OPTION_INTO(struct toolbox_command, settings.toolbox)},
	{0},
};

const struct command command_toolbox_create = {
	.name = "toolbox create",
	.summary = "make the data container that holds the agent",
	.usage = "toolbox create [OPTION]...",
	.text = "Makes the toolbox: a scratch image with the agent, and the data container that\n"
		"lends it to targets. Does nothing where it is up to date; replaces an outdated\n"
		"one.",
	.options = {create_options, settings_engine_options},
	.size = sizeof(struct toolbox_command),
	.run = create,
};
