#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"

#include <string.h>

static const struct option_usage usage = {
	"factory import FILE REPO[:TAG] [OPTION]...",
	"Makes an image of a root file system in a tar archive (FILE; - for standard input), for\n"
	"engines that reach no registry.",
};

enum { MOST_CHANGES = 64 };
static const size_t largest = (size_t)16 << 30;

struct changes {
	const char *lines[MOST_CHANGES + 1];
	size_t count;
};

static int add_change(void *ctx, const char *line, struct error *err)
{
	struct changes *changes = ctx;
	if (changes->count == MOST_CHANGES)
		return error_set(err, "more than %d changes", MOST_CHANGES);
	changes->lines[changes->count++] = line;
	return 0;
}

static int import(const struct settings *settings, const char *file, const char *name,
		  const struct changes *changes, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	auto_buf struct buf tar = {0};
	struct loop *loop = NULL;
	struct engine *engine = NULL;
	const char *slash = strrchr(name, '/'), *colon = strchr(slash ? slash : name, ':');
	autofree char *repo = colon ? mem_strndup(name, (size_t)(colon - name)) : mem_strdup(name);
	if (file_read(file, largest, &tar, err) < 0 ||
	    settings_engine(settings, &loop, &engine, err) < 0)
		return -1;
	engine_image_import(engine, tar.data, tar.len, repo, colon ? colon + 1 : "latest",
			    changes->lines, engine_keep, &kept);
	int status = engine_finish(engine, &kept, err);
	if (status < 0)
		error_wrap(err, "can't import %s", file);
	else
		puts(kept.id);
	engine_close(engine);
	loop_free(loop);
	return status;
}

static int parse(struct settings *settings, int argc, char **argv, struct error *err)
{
	struct changes changes = {0};
	struct option_line lines[SETTINGS_MOST + 1] = {
		{.name = "change",
		 .argument = "LINE",
		 .help = "a Dockerfile's line for its config: 'ENV A=1'; may be given often",
		 .each = add_change,
		 .ctx = &changes},
	};
	size_t count = 1 + settings_engine_lines(settings, lines + 1);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc != 3 || !*argv[2] || *argv[2] == ':')
		return settings_misused(&usage, "name an archive and an image", err);
	return import(settings, argv[1], argv[2], &changes, err) < 0 ? -1 : EXIT_OK;
}

int command_import(int argc, char **argv, struct error *err)
{
	return settings_run(parse, argc, argv, err);
}
