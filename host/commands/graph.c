#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/container/machine.h"
#include "host/exit_codes.h"
#include "host/graph/graph.h"

#include <string.h>

struct graph_command {
	struct settings settings;
	const char *format;
	bool json, machine;
};

static const struct format {
	const char *name;
	void (*write)(struct graph *const *graphs, size_t count, struct buf *out);
	void (*write_machine)(struct buf *out);
} formats[] = {
	{"dot", graph_write_dot, machine_write_dot},
	{"json", graph_write_json, NULL},
	{"svg", graph_write_svg, machine_write_svg},
	{"text", graph_write_text, NULL},
};

static const struct format *find_format(const char *name, bool machine, struct error *err)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (strcmp(formats[i].name, name) == 0 && (!machine || formats[i].write_machine))
			return &formats[i];
	error_set(err, "--format takes %s, not '%s'",
		  machine ? "dot or svg with --machine" : "dot, json, svg or text", name);
	err->exit_code = EXIT_USAGE;
	return NULL;
}

static int draw(struct settings *settings, const char *path, const struct format *format,
		struct buf *out, struct error *err)
{
	struct manifest *manifest = settings_manifest(settings, path, NULL, err);
	if (!manifest)
		return -1;
	size_t count = manifest->cell_count;
	autofree struct graph **graphs = mem_alloc(count * sizeof *graphs);
	for (size_t i = 0; i < count; i++)
		graphs[i] = graph_new(manifest->cells[i]);
	format->write(graphs, count, out);
	for (size_t i = 0; i < count; i++)
		graph_free(graphs[i]);
	manifest_free(manifest);
	return 0;
}

static int print_graph(void *options, int argc, char **argv, struct error *err)
{
	struct graph_command *command = options;
	const char *name = command->format ? command->format : command->json ? "json" : "dot";
	auto_buf struct buf out = {0};
	if (argc != (command->machine ? 1 : 2))
		return commands_misused(&command_graph, "name one manifest", err);
	const struct format *format = find_format(name, command->machine, err);
	if (!format)
		return -1;
	if (command->machine)
		format->write_machine(&out);
	else if (draw(&command->settings, argv[1], format, &out, err) < 0)
		return -1;
	fputs(buf_text(&out), stdout);
	return EXIT_OK;
}

static const struct option graph_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "dot (the default), json, svg or text",
	 .choices = "dot json svg text",
	 OPTION_INTO(struct graph_command, format)},
	{.name = "json",
	 .help = "the same as --format json",
	 OPTION_INTO(struct graph_command, json)},
	{.name = "machine",
	 .help = "draw the state machine of a container instead: dot or svg",
	 OPTION_INTO(struct graph_command, machine)},
	{0},
};

const struct command command_graph = {
	.name = "graph",
	.summary = "print the graph of a build",
	.usage = "graph MANIFEST [OPTION]...\n"
		 "graph --machine [--format FORMAT]",
	.text = "Draws the graph of a build, without an engine: in Graphviz's language, as JSON,\n"
		"as a picture (SVG), or as text; of a matrix, all cells.",
	.options = {graph_options, settings_manifest_options},
	.words = WORD_MANIFEST,
	.size = sizeof(struct graph_command),
	.run = print_graph,
};
