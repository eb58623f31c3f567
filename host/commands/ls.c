#include "common/json.h"
#include "common/own.h"
#include "host/clean/amounts.h"
#include "host/clean/stock.h"
#include "host/commands/commands.h"
#include "host/commands/ls_fleet.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"

#include <string.h>

struct ls_command {
	struct settings settings;
	const char *format;
};

static struct value *seconds_or_null(struct arena *arena, time_t when)
{
	return when ? value_int(arena, when) : value_null(arena);
}

static struct value *item_value(struct arena *arena, const struct stock_item *item)
{
	struct value *map = value_map(arena);
	value_set(arena, map, "kind", value_string(arena, stock_kind_name(item->kind)));
	value_set(arena, map, "name", value_string(arena, item->name));
	value_set(arena, map, "detail", value_string(arena, item->detail));
	value_set(arena, map, "created", seconds_or_null(arena, item->created));
	value_set(arena, map, "last_use", seconds_or_null(arena, item->used));
	value_set(arena, map, "size",
		  item->size >= 0 ? value_int(arena, item->size) : value_null(arena));
	value_set(arena, map, "image",
		  item->image ? value_string(arena, item->image->id) : value_null(arena));
	value_set(arena, map, "orphan", value_bool(arena, item->is_orphan));
	return map;
}

static void print_json(struct arena *arena, const struct stock *stock)
{
	auto_buf struct buf out = {0};
	struct value *list = value_list(arena);
	for (size_t i = 0; i < stock->count; i++)
		value_append(arena, list, item_value(arena, &stock->items[i]));
	json_write_pretty(&out, list, 2);
	puts(buf_text(&out));
}

/* A key is as long as all other columns together: its begin is enough to name it. */
static const char *shown_name(struct arena *arena, const struct stock_item *item)
{
	enum { SHOWN_DIGITS = 12 };
	const char *colon = strchr(item->name, ':');
	bool digits = item->kind == STOCK_CHECKPOINT || item->kind == STOCK_LEFTOVER;
	return digits && colon ? arena_strndup(arena, colon + 1, SHOWN_DIGITS) : item->name;
}

static void print_text(struct arena *arena, const struct stock *stock)
{
	time_t now = time(NULL);
	printf("%-10s  %-32s  %8s  %8s  %9s  %s\n", "kind", "name", "age", "used", "size", "");
	for (size_t i = 0; i < stock->count; i++) {
		const struct stock_item *item = &stock->items[i];
		/* A network's detail is its id. */
		const char *detail = item->kind == STOCK_NETWORK ? "" : item->detail;
		printf("%-10s  %-32s  %8s  %8s  %9s  %s%s\n", stock_kind_name(item->kind),
		       shown_name(arena, item), amount_ago(item->created, now, arena),
		       amount_ago(item->used, now, arena), amount_bytes(item->size, arena), detail,
		       item->is_orphan ? " (left)" : "");
	}
}

static int ls(void *options, int argc, char **argv, struct error *err)
{
	struct ls_command *command = options;
	struct arena *arena = &command->settings.arena;
	struct loop *loop = NULL;
	struct engine *engine = NULL;
	struct stock stock;
	(void)argv;
	bool json = command->format && strcmp(command->format, "json") == 0;
	if (argc != 1)
		return commands_misused(&command_ls, "name nothing", err);
	if (command->settings.given_fleet)
		return ls_fleet(&command->settings, json, err) < 0 ? -1 : EXIT_OK;
	if (settings_engine(&command->settings, &loop, &engine, err) < 0)
		return -1;
	int status = stock_read(engine, arena, &stock, err);
	if (status == 0 && json)
		print_json(arena, &stock);
	else if (status == 0)
		print_text(arena, &stock);
	engine_close(engine);
	loop_free(loop);
	return status < 0 ? -1 : EXIT_OK;
}

static const struct option ls_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "text (default) or json",
	 .choices = "text json",
	 OPTION_INTO(struct ls_command, format)},
	{.name = "fleet",
	 .argument = "PREFIX",
	 .help = "instead: what the drivers that share endpoints hold in Consul, below this prefix "
		 "(consul: factory)",
	 .each = settings_give_fleet},
	{.name = "consul",
	 .argument = "ADDR",
	 .help = "where that is (default: CONSUL_HTTP_ADDR)",
	 OPTION_INTO(struct settings, consul)},
	{0},
};

const struct command command_ls = {
	.name = "ls",
	.summary = "list what factory has on an engine",
	.usage = "ls [OPTION]...",
	.text = "Lists what factory has on an engine: artifacts, checkpoints, toolboxes, cache\n"
		"volumes, and the containers and networks of builds. A size is what the thing\n"
		"adds to those it stands on; a checkpoint's last use is known where this user's\n"
		"builds used it. With --fleet: the slots of shared endpoints that drivers hold or\n"
		"wait for, and what they build.",
	.options = {ls_options, settings_engine_options},
	.size = sizeof(struct ls_command),
	.run = ls,
};
