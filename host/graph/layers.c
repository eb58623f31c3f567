/* A build's graph as a picture and as text: columns from left to right, each node in the column
 * behind those that it waits for, each branch in a row of its own. */
#include "common/own.h"
#include "host/graph/graph.h"
#include "host/graph/svg.h"

#include <string.h>

enum { MARGIN = 16, GAP_X = 48, GAP_Y = 14, HEIGHT = 44, FEWEST = 12, MOST = 34 };

struct column {
	int x, width;
};

/* Where a node is: its row of those that its fork has. */
struct place {
	size_t column;
	int row, rows;
};

struct layout {
	struct svg_box *boxes; /* of nodes, by index, as the places */
	struct place *places;
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

/* What waits for several is in the middle; behind a fork rows are counted from the top. */
static void choose_row(const struct graph *graph, const struct layout *layout, size_t index)
{
	const struct node *node = graph->nodes[index];
	struct place *place = &layout->places[index];
	place->rows = 0;
	for (size_t i = 0; node->after_count == 1 && i < graph->count; i++) {
		const struct node *other = graph->nodes[i];
		if (other->after_count != 1 || other->after[0] != node->after[0])
			continue;
		place->row += i < index;
		place->rows++;
	}
	if (place->rows == 1) {
		const struct place *before = &layout->places[graph_index(graph, node->after[0])];
		place->row = before->row;
		place->rows = before->rows;
	}
	if (!place->rows)
		place->rows = 1;
}

static void choose_column(const struct graph *graph, const struct layout *layout, size_t index)
{
	const struct node *node = graph->nodes[index];
	size_t *at = &layout->places[index].column;
	for (size_t i = 0; i < node->after_count; i++) {
		size_t before = layout->places[graph_index(graph, node->after[i])].column;
		*at = before >= *at ? before + 1 : *at;
	}
}

/* Nodes come after those they wait for, so that one pass is enough. */
static void place(const struct graph *graph, struct layout *layout)
{
	for (size_t i = 0; i < graph->count; i++) {
		const struct place *at = &layout->places[i];
		int width = width_of(graph->nodes[i]);
		choose_column(graph, layout, i);
		choose_row(graph, layout, i);
		struct column *column = &layout->columns[at->column];
		column->width = width > column->width ? width : column->width;
		if (at->column >= layout->column_count)
			layout->column_count = at->column + 1;
		layout->rows = at->rows > layout->rows ? at->rows : layout->rows;
	}
}

/* Forks with fewer rows than the highest stand in its middle. */
static int measure(const struct graph *graph, struct layout *layout)
{
	int x = MARGIN;
	for (size_t i = 0; i < layout->column_count; i++) {
		layout->columns[i].x = x;
		x += layout->columns[i].width + GAP_X;
	}
	for (size_t i = 0; i < graph->count; i++) {
		const struct place *at = &layout->places[i];
		const struct column *column = &layout->columns[at->column];
		const struct node *node = graph->nodes[i];
		int down = (layout->rows - at->rows) * (HEIGHT + GAP_Y) / 2;
		bool told = strcmp(node->id, node->label) != 0;
		layout->boxes[i] = (struct svg_box){.x = column->x,
						    .y = MARGIN + down + at->row * (HEIGHT + GAP_Y),
						    .width = column->width,
						    .height = HEIGHT,
						    .kind = node_kind_name(node->kind),
						    .name = node->id,
						    .detail = told ? node->label : NULL,
						    .title = node->label};
	}
	return x - GAP_X + MARGIN;
}

/* Straight on in its row as far as it can, past the columns that its branch does not reach. */
static void draw_arrow(const struct svg_box *from, const struct svg_box *to, struct buf *out)
{
	int y = from->y + HEIGHT / 2, end = to->y + HEIGHT / 2, x = to->x - GAP_X;
	svg_arrow(out, "M%d %dH%dC%d %d %d %d %d %d", from->x + from->width, y, x, x + GAP_X / 2, y,
		  to->x - GAP_X / 2, end, to->x, end);
}

static void draw_arrows(const struct graph *graph, const struct layout *layout, struct buf *out)
{
	for (size_t i = 0; i < graph->count; i++) {
		const struct node *node = graph->nodes[i];
		for (size_t j = 0; j < node->after_count; j++)
			draw_arrow(&layout->boxes[graph_index(graph, node->after[j])],
				   &layout->boxes[i], out);
	}
}

void graph_write_svg(const struct graph *graph, struct buf *out)
{
	auto_arena struct arena arena = {0};
	struct layout layout = {
		.boxes = arena_alloc(&arena, graph->count * sizeof *layout.boxes),
		.places = arena_alloc(&arena, graph->count * sizeof *layout.places),
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
