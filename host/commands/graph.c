#include "common/own.h"
#include "host/build/machine.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/graph/graph.h"

struct graph_command {
	struct settings settings;
	bool json, machine;
};

static void draw_one(const struct manifest *manifest, bool json, struct buf *out)
{
	struct graph *graph = graph_new(manifest);
	if (json)
		graph_write_json(graph, out);
	else
		graph_write_dot(graph, out);
	graph_free(graph);
}

/* Each cell of a matrix is a graph of its own: one behind the other, in JSON a list of them. */
static int draw(struct settings *settings, const char *path, bool json, struct buf *out,
		struct error *err)
{
	struct manifest *manifest = settings_manifest(settings, path, NULL, err);
	if (!manifest)
		return -1;
	bool list = json && manifest->cell_count > 1;
	buf_puts(out, list ? "[" : "");
	for (size_t i = 0; i < manifest->cell_count; i++) {
		buf_puts(out, list && i ? "," : "");
		draw_one(manifest->cells[i], json, out);
	}
	buf_puts(out, list ? "]\n" : "");
	manifest_free(manifest);
	return 0;
}

static int print_graph(void *options, int argc, char **argv, struct error *err)
{
	struct graph_command *command = options;
	auto_buf struct buf out = {0};
	if (argc != (command->machine ? 1 : 2))
		return commands_misused(&command_graph, "name one manifest", err);
	if (command->machine)
		machine_write_dot(&out);
	else if (draw(&command->settings, argv[1], command->json, &out, err) < 0)
		return -1;
	fputs(buf_text(&out), stdout);
	return EXIT_OK;
}

static const struct option graph_options[] = {
	{.name = "json", .help = "print JSON instead", OPTION_INTO(struct graph_command, json)},
	{.name = "machine",
	 .help = "draw the state machine of a container instead",
	 OPTION_INTO(struct graph_command, machine)},
	{0},
};

const struct command command_graph = {
	.name = "graph",
	.summary = "print the graph of a build",
	.usage = "graph MANIFEST [OPTION]...\n"
		 "graph --machine",
	.text = "Prints the graph of a build in Graphviz's language (dot -Tsvg draws it), without\n"
		"an engine.",
	.options = {graph_options, settings_manifest_options},
	.words = WORD_MANIFEST,
	.size = sizeof(struct graph_command),
	.run = print_graph,
};
