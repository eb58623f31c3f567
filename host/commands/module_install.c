#include "host/commands/commands.h"
#include "host/commands/indices.h"
#include "host/exit_codes.h"
#include "host/modules/install.h"
#include "host/modules/lookup.h"

#include <string.h>

struct install_command {
	struct settings settings;
	bool here, force;
};

static void tell(void *ctx, const char *line)
{
	(void)ctx;
	fprintf(stderr, "  %s\n", line);
}

static int install_one(struct install_command *command, const struct index *index, const char *text,
		       struct error *err)
{
	static const struct module_progress progress = {.line = tell};
	struct arena *arena = &command->settings.arena;
	const char *at = strchr(text, '@');
	const char *name = arena_strndup(arena, text, at ? (size_t)(at - text) : strlen(text));
	const char *directory = command->here ? "modules" : module_installed(arena);
	const struct index_module *found = index_find(index, name, at ? at + 1 : NULL, err);
	if (!found)
		return -1;
	struct index_module module = *found;
	module.source.progress = &progress;
	const char *path = module_install(&module, directory, command->force, arena, err);
	if (!path)
		return -1;
	printf("%s: %s %s is installed\n", path, module.name, module.version);
	return EXIT_OK;
}

static int install(void *options, int argc, char **argv, struct error *err)
{
	struct install_command *command = options;
	struct index index = {0};
	if (argc != 2)
		return commands_misused(&command_module_install, "name one module", err);
	if (indices_read(&command->settings, &index, err) < 0)
		return -1;
	return install_one(command, &index, argv[1], err);
}

static const struct option install_options[] = {
	{.name = "here",
	 .help = "into ./modules, not into ~/.config/factory/modules",
	 OPTION_INTO(struct install_command, here)},
	{.name = "force",
	 .help = "replace one that is there",
	 OPTION_INTO(struct install_command, force)},
	{0},
};

const struct command command_module_install = {
	.name = "module install",
	.summary = "install a module of an index",
	.usage = "module install NAME[@VERSION] [OPTION]...",
	.text = "Installs a module of an index, the newest version unless one is named, so that\n"
		"manifests find it by its name. One that is not what the index says is not\n"
		"installed.",
	.options = {install_options, indices_options},
	.size = sizeof(struct install_command),
	.run = install,
};
