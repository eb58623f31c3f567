/* A build's graph as a picture and as text: columns from left to right, each node in the column
 * behind those that it waits for. */
#include "common/own.h"
#include "host/graph/graph.h"
#include "host/graph/svg.h"

#include <string.h>

enum { MARGIN = 16, GAP_X = 48, GAP_Y = 14, HEIGHT = 44, FEWEST = 12, MOST = 34 };

struct column {
	int x, width, count;
};

struct layout {
	struct svg_box *boxes; /* of nodes, by index */
	size_t *column_of;
	struct column *columns;
	size_t column_count;
	int rows;
};

static int width_of(const struct node *node)
{
	size_t name = svg_letters(node->id), label = svg_letters(node->label);
	size_t letters = (name > label ? name : label) + 2;
	letters = letters < FEWEST ? FEWEST : letters > MOST ? MOST : letters;
	return (int)letters * SVG_LETTER;
}

/* Nodes come after those they wait for, so that one pass is enough. */
static void place(const struct graph *graph, struct layout *layout)
{
	for (size_t i = 0; i < graph->count; i++) {
		const struct node *node = graph->nodes[i];
		size_t at = 0;
		for (size_t j = 0; j < node->after_count; j++) {
			size_t before = layout->column_of[graph_index(graph, node->after[j])];
			at = before >= at ? before + 1 : at;
		}
		struct column *column = &layout->columns[at];
		layout->column_of[i] = at;
		layout->boxes[i].y = column->count++; /* its row, for now */
		column->width = width_of(node) > column->width ? width_of(node) : column->width;
		layout->column_count = at >= layout->column_count ? at + 1 : layout->column_count;
		layout->rows = column->count > layout->rows ? column->count : layout->rows;
	}
}

/* Columns with fewer nodes than the highest stand in its middle. */
static int measure(const struct graph *graph, struct layout *layout)
{
	int x = MARGIN;
	for (size_t i = 0; i < layout->column_count; i++) {
		layout->columns[i].x = x;
		x += layout->columns[i].width + GAP_X;
	}
	for (size_t i = 0; i < graph->count; i++) {
		const struct column *column = &layout->columns[layout->column_of[i]];
		const struct node *node = graph->nodes[i];
		struct svg_box *box = &layout->boxes[i];
		int down = (layout->rows - column->count) * (HEIGHT + GAP_Y) / 2;
		bool told = strcmp(node->id, node->label) != 0;
		*box = (struct svg_box){.x = column->x,
					.y = MARGIN + down + box->y * (HEIGHT + GAP_Y),
					.width = column->width,
					.height = HEIGHT,
					.kind = node_kind_name(node->kind),
					.name = node->id,
					.detail = told ? node->label : NULL,
					.title = node->label};
	}
	return x - GAP_X + MARGIN;
}

static void draw_arrows(const struct graph *graph, const struct layout *layout, struct buf *out)
{
	for (size_t i = 0; i < graph->count; i++) {
		const struct svg_box *to = &layout->boxes[i];
		for (size_t j = 0; j < graph->nodes[i]->after_count; j++) {
			const struct svg_box *from =
				&layout->boxes[graph_index(graph, graph->nodes[i]->after[j])];
			int x = from->x + from->width, y = from->y + HEIGHT / 2;
			svg_arrow(out, "M%d %dC%d %d %d %d %d %d", x, y, x + GAP_X / 2, y,
				  to->x - GAP_X / 2, to->y + HEIGHT / 2, to->x, to->y + HEIGHT / 2);
		}
	}
}

void graph_write_svg(const struct graph *graph, struct buf *out)
{
	auto_arena struct arena arena = {0};
	struct layout layout = {
		.boxes = arena_alloc(&arena, graph->count * sizeof *layout.boxes),
		.column_of = arena_alloc(&arena, graph->count * sizeof *layout.column_of),
		.columns = arena_alloc(&arena, graph->count * sizeof *layout.columns),
	};
	place(graph, &layout);
	int width = measure(graph, &layout);
	svg_begin(out, width, 2 * MARGIN + layout.rows * (HEIGHT + GAP_Y) - GAP_Y,
		  graph->manifest->path ? graph->manifest->path : "a build");
	draw_arrows(graph, &layout, out);
	for (size_t i = 0; i < graph->count; i++)
		svg_box(out, &layout.boxes[i]);
	svg_end(out);
}

/* The first line, without what a terminal would obey. */
static void add_label(struct buf *out, const char *text)
{
	for (; *text && *text != '\n'; text++)
		buf_putc(out, (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text);
	buf_puts(out, *text ? " …\n" : "\n");
}

/* What stands before a node that is beside the chain: a branch's further steps hang on its first.
 */
static const char *rail_of(const struct node *node)
{
	bool further = node_is_in_branch(node) && node->after[0] != node->fork;
	bool beside = node->kind == NODE_TEST || node_is_in_branch(node);
	return further ? "│  " : beside ? "├─ " : "";
}

void graph_write_text(const struct graph *graph, struct buf *out)
{
	for (size_t i = 0; i < graph->count; i++) {
		const struct node *node = graph->nodes[i];
		const char *rail = rail_of(node);
		buf_printf(out, "%s%-*s  ", rail, *rail ? 9 : 12, node->id);
		add_label(out, node->label);
		bool goes_on = node->kind != NODE_COMMIT && *rail &&
			       *rail_of(graph->nodes[i + 1]); /* of the same fork */
		if (node->kind != NODE_COMMIT && !goes_on)
			buf_puts(out, "│\n");
	}
}
