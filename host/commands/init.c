#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/init/init.h"

struct init_command {
	struct settings settings;
	bool force;
};

static int write_manifest(const char *directory, bool force, struct error *err)
{
	autofree char *path = mem_printf("%s/factory.yml", directory);
	auto_buf struct buf text = {0};
	const char *found = NULL;
	if (!force && access(path, F_OK) == 0)
		return error_as(err, ERROR_FILE_EXISTS,
				"%s is there already: --force overwrites it", path);
	if (chdir(directory) < 0)
		return error_errno(err, "can't look into %s", directory);
	if (init_write(".", &text, &found, err) < 0 ||
	    file_replace("factory.yml", text.data, text.len, 0644, (uid_t)-1, (gid_t)-1, err) < 0)
		return -1;
	printf("%s: made of %s; next: factory check %s\n", path, found, path);
	return EXIT_OK;
}

static int init(void *options, int argc, char **argv, struct error *err)
{
	const struct init_command *command = options;
	if (argc > 2)
		return commands_misused(&command_init, "name one directory", err);
	return write_manifest(argc == 2 ? argv[1] : ".", command->force, err);
}

static const struct option init_options[] = {
	{.name = "force",
	 .letter = 'f',
	 .help = "overwrite factory.yml",
	 OPTION_INTO(struct init_command, force)},
	{0},
};

const struct command command_init = {
	.name = "init",
	.summary = "write a first manifest from what is in a directory",
	.usage = "init [DIRECTORY] [OPTION]...",
	.text = "Writes a first manifest, factory.yml, from what it sees in the directory: a\n"
		"Dockerfile, .travis.yml, requirements.txt, package.json, go.mod, Makefile...",
	.options = {init_options},
	.words = WORD_DIRECTORY,
	.size = sizeof(struct init_command),
	.run = init,
};
