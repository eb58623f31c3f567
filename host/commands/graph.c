#include "common/own.h"
#include "host/build/machine.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/graph/graph.h"

static const struct option_usage usage = {
	"factory graph MANIFEST [OPTION]...",
	"Prints the graph of a build in Graphviz's language (dot -Tsvg draws it), without an "
	"engine.",
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

static int print_graph(struct settings *settings, int argc, char **argv, struct error *err)
{
	bool json = false, machine = false;
	struct option_line lines[SETTINGS_MOST + 2] = {
		{.name = "json", .help = "print JSON instead", .flag = &json},
		{.name = "machine",
		 .help = "draw the state machine of a container instead",
		 .flag = &machine},
	};
	size_t count = 2 + settings_manifest_lines(settings, lines + 2);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	auto_buf struct buf out = {0};
	if (argc != (machine ? 1 : 2))
		return settings_misused(&usage, "name one manifest", err);
	if (machine)
		machine_write_dot(&out);
	else if (draw(settings, argv[1], json, &out, err) < 0)
		return -1;
	fputs(buf_text(&out), stdout);
	return EXIT_OK;
}

int command_graph(int argc, char **argv, struct error *err)
{
	return settings_run(print_graph, argc, argv, err);
}
