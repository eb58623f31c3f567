#include "common/json.h"
#include "common/own.h"
#include "host/build/interrupt.h"
#include "host/build/probe.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"

static const struct option_usage usage = {
	"factory facts IMAGE|CONTAINER [NAME...] [OPTION]...",
	"Prints what the agent finds out about an image, from inside a container of it that is "
	"gone\n"
	"afterwards. Without names: all facts as JSON. One name: its value; several: NAME=VALUE "
	"lines.",
};

/* What was asked for by name: one value bare, several as lines. */
static int print_named(const struct value *facts, char **names, int count, struct error *err)
{
	for (int i = 0; i < count; i++) {
		auto_buf struct buf text = {0};
		const struct value *fact = value_path(facts, names[i]);
		if (!fact)
			return error_set(err, "there is no fact '%s'", names[i]);
		if (fact->kind == VALUE_STRING)
			buf_puts(&text, fact->string.data);
		else
			json_write(&text, fact);
		if (count > 1)
			printf("%s=", names[i]);
		printf("%s\n", buf_text(&text));
	}
	return EXIT_OK;
}

static int print_all(const struct value *facts)
{
	auto_buf struct buf text = {0};
	json_write_pretty(&text, facts, 2);
	printf("%s\n", buf_text(&text));
	return EXIT_OK;
}

static int ask(struct settings *settings, struct loop *loop, struct engine *engine, int argc,
	       char **argv, struct error *err)
{
	struct report *report = settings_report(settings);
	struct probe probe = {.loop = loop,
			      .engine = engine,
			      .toolbox = settings->toolbox,
			      .report = report,
			      .signals = interrupt_open(err)};
	if (probe.signals < 0)
		return -1;
	const struct value *facts = probe_target(&probe, argv[1], &settings->arena, err);
	report_free(report);
	close(probe.signals);
	if (!facts)
		return -1;
	return argc > 2 ? print_named(facts, argv + 2, argc - 2, err) : print_all(facts);
}

static int facts(struct settings *settings, int argc, char **argv, struct error *err)
{
	struct option_line lines[SETTINGS_MOST];
	size_t count = settings_engine_lines(settings, lines);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	if (argc < 2)
		return settings_misused(&usage, "name an image or a container", err);
	struct loop *loop = NULL;
	struct engine *engine = NULL;
	if (settings_engine(settings, &loop, &engine, err) < 0)
		return -1;
	status = ask(settings, loop, engine, argc, argv, err);
	engine_close(engine);
	loop_free(loop);
	return status;
}

int command_facts(int argc, char **argv, struct error *err)
{
	return settings_run(facts, argc, argv, err);
}
