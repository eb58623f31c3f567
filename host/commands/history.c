#include "common/json.h"
#include "common/own.h"
#include "host/clean/amounts.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/history/history.h"

#include <string.h>

struct history_command {
	struct settings settings;
	const char *format;
};

static void print_json(const struct value *layers)
{
	auto_buf struct buf out = {0};
	json_write_pretty(&out, layers, 2);
	puts(buf_text(&out));
}

/* Commands may be of several lines, and hold what a terminal obeys. */
static void print_line(const char *text)
{
	enum { WIDEST = 100 };
	int width = 0;
	for (const char *at = text; *at && width < WIDEST; at++, width++)
		putchar((unsigned char)*at < ' ' || *at == 0x7f ? ' ' : *at);
	putchar('\n');
}

static void print_step(const struct value *step)
{
	const struct value *ms = value_get(step, "ms");
	const char *id = value_text(value_get(step, "id"));
	const char *label = value_text(value_get(step, "label"));
	char time[32] = "";
	if (value_get(step, "cached"))
		snprintf(time, sizeof time, "cached");
	else if (value_is(ms, VALUE_FLOAT) || value_is(ms, VALUE_INT))
		snprintf(time, sizeof time, "%.1f ms",
			 value_is(ms, VALUE_FLOAT) ? ms->real : (double)ms->integer);
	printf("  %10s  %-12s  ", time, id ? id : "");
	print_line(label ? label : "");
}

static void print_layer(struct arena *arena, const struct value *layer)
{
	const struct value *created = value_get(layer, "created"), *size = value_get(layer, "size");
	const struct value *steps = value_get(layer, "steps");
	const char *by = value_text(value_get(layer, "created_by"));
	time_t when = value_is(created, VALUE_INT) ? (time_t)created->integer : 0;
	char stamp[32] = "-";
	struct tm utc;
	if (when > 0 && gmtime_r(&when, &utc))
		strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%SZ", &utc);
	printf("%-20s  %9s  ", stamp,
	       amount_bytes(value_is(size, VALUE_INT) ? size->integer : -1, arena));
	if (!value_is(steps, VALUE_LIST)) {
		print_line(by ? by : "");
		return;
	}
	printf("factory: %zu steps\n", steps->list.len);
	for (size_t i = 0; i < steps->list.len; i++)
		print_step(steps->list.items[i]);
}

static int history(void *options, int argc, char **argv, struct error *err)
{
	struct history_command *command = options;
	struct arena *arena = &command->settings.arena;
	struct loop *loop = NULL;
	struct engine *engine = NULL;
	if (argc != 2)
		return commands_misused(&command_history, "name an image", err);
	if (settings_engine(&command->settings, &loop, &engine, err) < 0)
		return -1;
	const struct value *layers = history_read(engine, argv[1], arena, err);
	if (layers && command->format && strcmp(command->format, "json") == 0)
		print_json(layers);
	else
		for (size_t i = 0; layers && i < layers->list.len; i++)
			print_layer(arena, layers->list.items[i]);
	engine_close(engine);
	loop_free(loop);
	return layers ? EXIT_OK : -1;
}

static const struct option history_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "text (default) or json",
	 .choices = "text json",
	 OPTION_INTO(struct history_command, format)},
	{0},
};

const struct command command_history = {
	.name = "history",
	.summary = "tell the steps that made an image",
	.usage = "history IMAGE [OPTION]...",
	.text = "Tells how an image came to be: its layers, the oldest first, with their times\n"
		"and sizes, and for those of factory's the steps that made them, how long each\n"
		"took, and which the last build found in the cache. All of it is in the image: it\n"
		"is the same on another host. For other images it tells what the engine knows.",
	.options = {history_options, settings_engine_options},
	.words = WORD_IMAGE,
	.size = sizeof(struct history_command),
	.run = history,
};
