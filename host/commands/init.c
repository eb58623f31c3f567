#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/init/init.h"

static const struct option_usage usage = {
	"factory init [DIRECTORY] [OPTION]...",
	"Writes a first manifest, factory.yml, from what it sees in the directory: a Dockerfile,\n"
	".travis.yml, requirements.txt, package.json, go.mod, Makefile...",
};

static int write_manifest(const char *directory, bool force, struct error *err)
{
	autofree char *path = mem_printf("%s/factory.yml", directory);
	auto_buf struct buf text = {0};
	const char *found = NULL;
	if (!force && access(path, F_OK) == 0)
		return error_set(err, "%s is there already: --force overwrites it", path);
	if (chdir(directory) < 0)
		return error_errno(err, "can't look into %s", directory);
	if (init_write(".", &text, &found, err) < 0 ||
	    file_replace("factory.yml", text.data, text.len, 0644, (uid_t)-1, (gid_t)-1, err) < 0)
		return -1;
	printf("%s: made of %s; next: factory check %s\n", path, found, path);
	return EXIT_OK;
}

static int init(struct settings *settings, int argc, char **argv, struct error *err)
{
	(void)settings;
	bool force = false;
	const struct option_line lines[] = {
		{.name = "force", .letter = 'f', .help = "overwrite factory.yml", .flag = &force},
	};
	int status = options_parse(&argc, argv, lines, COUNT_OF(lines), &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc > 2)
		return settings_misused(&usage, "name one directory", err);
	return write_manifest(argc == 2 ? argv[1] : ".", force, err);
}

int command_init(int argc, char **argv, struct error *err)
{
	return settings_run(init, argc, argv, err);
}
