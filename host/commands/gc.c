#include "host/clean/gc.h"

#include "host/clean/amounts.h"
#include "host/clean/host_cache.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"

struct gc_command {
	struct settings settings;
	const char *unused, *size, *left, *host;
	bool dry_run;
};

struct telling {
	struct arena *arena;
	bool dry_run, quiet;
};

static void tell(void *ctx, const struct stock_item *item, int64_t freed)
{
	const struct telling *telling = ctx;
	if (!telling->quiet)
		printf("%s the %s %s (%s)\n", telling->dry_run ? "would remove" : "removed",
		       stock_kind_name(item->kind), item->name,
		       amount_bytes(freed, telling->arena));
}

static int read_options(const struct gc_command *command, struct gc_options *options,
			time_t *host_age, struct error *err)
{
	*options = (struct gc_options){.unused = -1, .size = -1};
	if ((command->unused && amount_age("--unused", command->unused, &options->unused, err)) ||
	    (command->size && amount_size("--size", command->size, &options->size, err)) ||
	    amount_age("--left", command->left ? command->left : "10m", &options->orphans, err) ||
	    amount_age("--host", command->host ? command->host : "30d", host_age, err))
		return -1;
	return 0;
}

static void sum_up(const struct gc_outcome *outcome, size_t files, int64_t bytes,
		   const struct telling *telling)
{
	if (telling->quiet)
		return;
	printf("%s%zu things of the engine's (%s) and %zu of this host's cache (%s)",
	       telling->dry_run ? "would remove " : "removed ", outcome->gone,
	       amount_bytes(outcome->freed, telling->arena), files,
	       amount_bytes(bytes, telling->arena));
	if (outcome->kept)
		printf("; %zu in use stay", outcome->kept);
	putchar('\n');
}

static int collect(struct gc_command *command, struct engine *engine, struct error *err)
{
	struct arena *arena = &command->settings.arena;
	struct telling telling = {arena, command->dry_run, command->settings.quiet};
	struct gc_options options;
	struct gc_outcome outcome = {0};
	struct stock stock;
	time_t host_age;
	size_t files;
	int64_t bytes;
	if (read_options(command, &options, &host_age, err) < 0)
		return -1;
	options.dry_run = command->dry_run;
	options.tell = tell;
	options.ctx = &telling;
	if (stock_read(engine, arena, &stock, err) < 0 ||
	    gc_run(engine, &stock, &options, &outcome, err) < 0 ||
	    host_cache_clean(host_age, command->dry_run, &files, &bytes, err) < 0)
		return -1;
	sum_up(&outcome, files, bytes, &telling);
	return EXIT_OK;
}

static int gc(void *options, int argc, char **argv, struct error *err)
{
	struct gc_command *command = options;
	struct loop *loop = NULL;
	struct engine *engine = NULL;
	(void)argv;
	if (argc != 1)
		return commands_misused(&command_gc, "name nothing", err);
	if (settings_engine(&command->settings, &loop, &engine, err) < 0)
		return -1;
	int status = collect(command, engine, err);
	engine_close(engine);
	loop_free(loop);
	return status;
}

static const struct option gc_options[] = {
	{.name = "unused",
	 .argument = "AGE",
	 .help = "checkpoints and cache volumes not used for so long: 12h, 7d",
	 OPTION_INTO(struct gc_command, unused)},
	{.name = "size",
	 .argument = "SIZE",
	 .help = "checkpoints, the oldest use first, until all take no more: 5GB",
	 OPTION_INTO(struct gc_command, size)},
	{.name = "left",
	 .argument = "AGE",
	 .help = "what builds left, from this age on (default: 10m)",
	 OPTION_INTO(struct gc_command, left)},
	{.name = "host",
	 .argument = "AGE",
	 .help = "this host's cache, what was not read for so long (default: 30d)",
	 OPTION_INTO(struct gc_command, host)},
	{.name = "dry-run",
	 .help = "only tell what would go",
	 OPTION_INTO(struct gc_command, dry_run)},
	{0},
};

const struct command command_gc = {
	.name = "gc",
	.summary = "remove what is no longer of use",
	.usage = "gc [--unused AGE] [--size SIZE] [OPTION]...",
	.text = "Removes what builds have left whose driver is gone: containers, networks,\n"
		"cache volumes of manifests that are no more, images that lost their names to\n"
		"newer ones; and what lies unread in this host's cache. Checkpoints and cache\n"
		"volumes go by --unused and --size. What a running build uses stays, and so\n"
		"does everything that is not factory's.",
	.options = {gc_options, settings_engine_options},
	.size = sizeof(struct gc_command),
	.run = gc,
};
