#include "common/json.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/modules/lookup.h"
#include "host/modules/module.h"

#include <string.h>

struct list_command {
	struct settings settings;
	const char *format;
};

/* What a module says of itself; `wrong` where its module.yml can't be read. */
struct row {
	const char *name, *version, *description, *directory, *wrong;
};

static struct row read_row(const struct module_found *found, struct arena *arena)
{
	struct row row = {.name = found->name,
			  .directory = found->directory,
			  .version = "",
			  .description = ""};
	struct manifest_problems problems = {0};
	const struct module *module = module_read(found->directory, arena, &problems);
	if (module) {
		row.version = module->version;
		row.description = module->description;
	} else {
		row.wrong = arena_strdup(arena, problems.count ? problems.items[0].message : "");
	}
	manifest_problems_free(&problems);
	return row;
}

static struct value *row_value(struct arena *arena, const struct row *row)
{
	const struct {
		const char *key, *text;
	} cells[] = {{"name", row->name},
		     {"version", row->version},
		     {"description", row->description},
		     {"directory", row->directory},
		     {"problem", row->wrong}};
	struct value *map = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(cells); i++)
		value_set(arena, map, cells[i].key,
			  cells[i].text ? value_string(arena, cells[i].text) : value_null(arena));
	return map;
}

static void print_json(struct arena *arena, const struct row *rows, size_t count)
{
	auto_buf struct buf out = {0};
	struct value *list = value_list(arena);
	for (size_t i = 0; i < count; i++)
		value_append(arena, list, row_value(arena, &rows[i]));
	json_write_pretty(&out, list, 2);
	puts(buf_text(&out));
}

static int wider(int width, const char *text)
{
	int len = (int)strnlen(text, 30);
	return len > width ? len : width;
}

static void print_rows(const struct row *rows, size_t count)
{
	int name = 0, version = 0;
	for (size_t i = 0; i < count; i++) {
		name = wider(name, rows[i].name);
		version = wider(version, rows[i].version);
	}
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		printf("%-*s  %-*s  %s%s  (%s)\n", name, row->name, version, row->version,
		       row->wrong ? "wrong: " : "", row->wrong ? row->wrong : row->description,
		       row->directory);
	}
}

static int list_modules(struct settings *settings, bool json)
{
	struct arena *arena = &settings->arena;
	struct module_found *found;
	size_t count = module_lookup_all(".", arena, &found);
	struct row *rows = arena_alloc(arena, (count + 1) * sizeof *rows);
	for (size_t i = 0; i < count; i++)
		rows[i] = read_row(&found[i], arena);
	if (json)
		print_json(arena, rows, count);
	else
		print_rows(rows, count);
	return EXIT_OK;
}

static int list(void *options, int argc, char **argv, struct error *err)
{
	struct list_command *command = options;
	(void)argv;
	if (argc > 1)
		return commands_misused(&command_module_list, "name nothing", err);
	return list_modules(&command->settings,
			    command->format && strcmp(command->format, "json") == 0);
}

static const struct option list_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "text (default) or json",
	 .choices = "text json",
	 OPTION_INTO(struct list_command, format)},
	{0},
};

const struct command command_module_list = {
	.name = "module list",
	.summary = "list the modules that a manifest finds by name",
	.usage = "module list [OPTION]...",
	.text = "Lists the modules that a manifest in this directory finds by name: those in\n"
		"./modules, in the directories of FACTORY_MODULE_PATH, and those installed.",
	.options = {list_options},
	.size = sizeof(struct list_command),
	.run = list,
};
