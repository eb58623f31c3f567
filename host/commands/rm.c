#include "host/clean/removal.h"
#include "host/clean/stock.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"

struct rm_command {
	struct settings settings;
};

static int remove_one(struct engine *engine, const struct stock_item *item, bool quiet,
		      struct error *err)
{
	int status = removal_run(engine, item, err);
	if (status < 0)
		return -1;
	if (status == 0)
		return error_as(err, ERROR_IN_USE, "the %s %s is in use",
				stock_kind_name(item->kind), item->name);
	if (!quiet)
		printf("removed the %s %s\n", stock_kind_name(item->kind), item->name);
	return 0;
}

/* All names are looked up before anything goes. */
static int remove_all(struct engine *engine, const struct settings *settings, char *const *names,
		      struct arena *arena, struct error *err)
{
	struct stock stock;
	if (stock_read(engine, arena, &stock, err) < 0)
		return -1;
	for (char *const *name = names; *name; name++)
		if (!stock_find(&stock, *name, err))
			return -1;
	for (; *names; names++)
		if (remove_one(engine, stock_find(&stock, *names, err), settings->quiet, err) < 0)
			return -1;
	return 0;
}

static int rm(void *options, int argc, char **argv, struct error *err)
{
	struct rm_command *command = options;
	struct loop *loop = NULL;
	struct engine *engine = NULL;
	if (argc < 2)
		return commands_misused(&command_rm, "name what to remove", err);
	if (settings_engine(&command->settings, &loop, &engine, err) < 0)
		return -1;
	int status =
		remove_all(engine, &command->settings, argv + 1, &command->settings.arena, err);
	engine_close(engine);
	loop_free(loop);
	return status < 0 ? -1 : EXIT_OK;
}

const struct command command_rm = {
	.name = "rm",
	.summary = "remove what factory has on an engine",
	.usage = "rm NAME|KEY... [OPTION]...",
	.text = "Removes what `factory ls` lists, by name: an artifact's tag, a checkpoint by its\n"
		"key or the begin of it, a cache volume, what a build left. What is not of\n"
		"factory's, and what is in use, is refused.",
	.options = {settings_engine_options},
	.words = WORD_IMAGE,
	.size = sizeof(struct rm_command),
	.run = rm,
};
