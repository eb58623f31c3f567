#include "host/commands/indices.h"
#include "host/commands/module.h"
#include "host/exit_codes.h"
#include "host/modules/install.h"
#include "host/modules/lookup.h"

#include <string.h>

static const struct option_usage usage = {
	"factory module install NAME[@VERSION] [OPTION]...",
	"Installs a module of an index, the newest version unless one is named, so that manifests\n"
	"find it by its name. One that is not what the index says is not installed.",
};

struct flags {
	bool here, force;
};

static void tell(void *ctx, const char *line)
{
	(void)ctx;
	fprintf(stderr, "  %s\n", line);
}

static int install_one(struct settings *settings, const struct index *index, const char *text,
		       const struct flags *flags, struct error *err)
{
	static const struct module_progress progress = {.line = tell};
	struct arena *arena = &settings->arena;
	const char *at = strchr(text, '@');
	const char *name = arena_strndup(arena, text, at ? (size_t)(at - text) : strlen(text));
	const char *directory = flags->here ? "modules" : module_installed(arena);
	const struct index_module *found = index_find(index, name, at ? at + 1 : NULL, err);
	if (!found)
		return -1;
	struct index_module module = *found;
	module.source.progress = &progress;
	const char *path = module_install(&module, directory, flags->force, arena, err);
	if (!path)
		return -1;
	printf("%s: %s %s is installed\n", path, module.name, module.version);
	return EXIT_OK;
}

static int install(struct settings *settings, int argc, char **argv, struct error *err)
{
	struct indices indices = {.settings = settings};
	struct flags flags = {0};
	const struct option_line lines[] = {
		indices_line(&indices),
		{.name = "here",
		 .help = "into ./modules, not into ~/.config/factory/modules",
		 .flag = &flags.here},
		{.name = "force", .help = "replace one that is there", .flag = &flags.force},
	};
	struct index index = {0};
	int status = options_parse(&argc, argv, lines, 3, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc != 2)
		return settings_misused(&usage, "name one module", err);
	if (indices_read(&indices, &index, err) < 0)
		return -1;
	return install_one(settings, &index, argv[1], &flags, err);
}

int module_command_install(int argc, char **argv, struct error *err)
{
	return settings_run(install, argc, argv, err);
}
