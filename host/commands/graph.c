#include "common/own.h"
#include "host/build/machine.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/graph/graph.h"

#include <string.h>

static const struct option_usage usage = {
	"factory graph MANIFEST [OPTION]...",
	"Draws the graph of a build, without an engine: in Graphviz's language, as JSON, as a "
	"picture\n"
	"(SVG), or as text.",
};

static const struct format {
	const char *name;
	void (*write)(const struct graph *graph, struct buf *out);
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

/* Each cell of a matrix is a graph of its own: one behind the other, in JSON a list of them, and a
 * picture is of one. */
static int draw_cells(const struct manifest *manifest, const struct format *format, struct buf *out,
		      struct error *err)
{
	bool list = format->write == graph_write_json && manifest->cell_count > 1;
	if (format->write == graph_write_svg && manifest->cell_count > 1)
		return error_set(err, "%s has a matrix of %zu cells: a picture shows one build",
				 manifest->path, manifest->cell_count);
	buf_puts(out, list ? "[" : "");
	for (size_t i = 0; i < manifest->cell_count; i++) {
		struct graph *graph = graph_new(manifest->cells[i]);
		buf_puts(out, list && i ? "," : "");
		format->write(graph, out);
		graph_free(graph);
	}
	buf_puts(out, list ? "]\n" : "");
	return 0;
}

static int draw(struct settings *settings, const char *path, const struct format *format,
		struct buf *out, struct error *err)
{
	struct manifest *manifest = settings_manifest(settings, path, NULL, err);
	int status = manifest ? draw_cells(manifest, format, out, err) : -1;
	manifest_free(manifest);
	return status;
}

static int print_graph(struct settings *settings, int argc, char **argv, struct error *err)
{
	bool json = false, machine = false;
	const char *name = NULL;
	struct option_line lines[SETTINGS_MOST + 3] = {
		{.name = "format",
		 .argument = "FORMAT",
		 .help = "dot (the default), json, svg or text",
		 .text = &name},
		{.name = "json", .help = "the same as --format json", .flag = &json},
		{.name = "machine",
		 .help = "draw the state machine of a container instead: dot or svg",
		 .flag = &machine},
	};
	size_t count = 3 + settings_manifest_lines(settings, lines + 3);
	int status = options_parse(&argc, argv, lines, count, &usage, err);
	if (status)
		return status < 0 ? -1 : EXIT_OK;
	auto_buf struct buf out = {0};
	if (argc != (machine ? 1 : 2))
		return settings_misused(&usage, "name one manifest", err);
	const struct format *format = find_format(name   ? name
						  : json ? "json"
							 : "dot",
						  machine, err);
	if (!format)
		return -1;
	if (machine)
		format->write_machine(&out);
	else if (draw(settings, argv[1], format, &out, err) < 0)
		return -1;
	fputs(buf_text(&out), stdout);
	return EXIT_OK;
}

int command_graph(int argc, char **argv, struct error *err)
{
	return settings_run(print_graph, argc, argv, err);
}
