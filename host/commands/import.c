#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"

#include <string.h>

enum { MOST_CHANGES = 64 };
static const size_t largest = (size_t)16 << 30;

struct import_command {
	struct settings settings;
	const char *changes[MOST_CHANGES + 1];
	size_t count;
};

static int add_change(void *target, const char *line, struct error *err)
{
	struct import_command *command = target;
	if (command->count == MOST_CHANGES)
		return error_set(err, "more than %d changes", MOST_CHANGES);
	command->changes[command->count++] = line;
	return 0;
}

static int import(const struct import_command *command, const char *file, const char *name,
		  struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	auto_buf struct buf tar = {0};
	struct loop *loop = NULL;
	struct engine *engine = NULL;
	const char *slash = strrchr(name, '/'), *colon = strchr(slash ? slash : name, ':');
	autofree char *repo = colon ? mem_strndup(name, (size_t)(colon - name)) : mem_strdup(name);
	if (file_read(file, largest, &tar, err) < 0 ||
	    settings_engine(&command->settings, &loop, &engine, err) < 0)
		return -1;
	engine_image_import(engine, tar.data, tar.len, repo, colon ? colon + 1 : "latest",
			    command->changes, engine_keep, &kept);
	int status = engine_finish(engine, &kept, err);
	if (status < 0)
		error_wrap(err, "can't import %s", file);
	else
		puts(kept.id);
	engine_close(engine);
	loop_free(loop);
	return status;
}

static int run(void *options, int argc, char **argv, struct error *err)
{
	if (argc != 3 || !*argv[2] || *argv[2] == ':')
		return commands_misused(&command_import, "name an archive and an image", err);
	return import(options, argv[1], argv[2], err) < 0 ? -1 : EXIT_OK;
}

static const struct option import_options[] = {
	{.name = "change",
	 .argument = "LINE",
	 .help = "a Dockerfile's line for its config: 'ENV A=1'; may be given often",
	 .each = add_change},
	{0},
};

const struct command command_import = {
	.name = "import",
	.summary = "make an image of a root file system",
	.usage = "import FILE REPO[:TAG] [OPTION]...",
	.text = "Makes an image of a root file system in a tar archive (FILE; - for standard\n"
		"input), for engines that reach no registry.",
	.options = {import_options, settings_engine_options},
	.words = WORD_FILE,
	.size = sizeof(struct import_command),
	.run = run,
};
