/* Builds' graphs as a picture, one below the other: columns from left to right, each node in the
 * column behind those that it waits for. */
#include "common/own.h"
#include "host/graph/graph.h"
#include "host/graph/svg.h"

#include <string.h>

enum { MARGIN = 16, HEADING = 28, GAP_X = 48, GAP_Y = 14, HEIGHT = 44, FEWEST = 12, MOST = 34 };

struct column {
	int x, width;
};

struct spot {
	size_t column;
	int row; /* from the middle one, in halves */
};

struct layout {
	struct svg_box *boxes; /* of nodes, by index */
	struct spot *spots;
	struct column *columns;
	size_t column_count;
	int rows;
	int top; /* of the boxes */
};

static int width_of(const struct node *node)
{
	size_t name = svg_letters(node->id), label = svg_letters(node->label);
	size_t letters = (name > label ? name : label) + 2;
	letters = letters < FEWEST ? FEWEST : letters > MOST ? MOST : letters;
	return (int)letters * SVG_LETTER;
}

/* How many nodes wait for nothing but this one or for it too; *before: those in front of `of`. */
static int count_beside(const struct graph *graph, const struct node *node, const struct node *of,
			int *before)
{
	int count = 0;
	for (size_t i = 0; i < graph->count; i++)
		for (size_t j = 0; j < graph->nodes[i]->after_count; j++) {
			if (graph->nodes[i]->after[j] != node)
				continue;
			if (graph->nodes[i] == of)
				*before = count;
			count++;
		}
	return count;
}

/* What forks stands in rows around where it does; what follows goes on in its row, up to where they
 * join. */
static int row_of(const struct graph *graph, struct layout *layout, const struct node *node)
{
	int before = 0;
	if (node->after_count != 1)
		return 0;
	int beside = count_beside(graph, node->after[0], node, &before);
	layout->rows = beside > layout->rows ? beside : layout->rows;
	return layout->spots[graph_index(graph, node->after[0])].row + 2 * before - (beside - 1);
}

/* Nodes come after those they wait for, so that one pass is enough. */
static void place(const struct graph *graph, struct layout *layout)
{
	layout->rows = 1;
	for (size_t i = 0; i < graph->count; i++) {
		const struct node *node = graph->nodes[i];
		size_t at = 0;
		for (size_t j = 0; j < node->after_count; j++) {
			size_t before = layout->spots[graph_index(graph, node->after[j])].column;
			at = before >= at ? before + 1 : at;
		}
		struct column *column = &layout->columns[at];
		layout->spots[i] = (struct spot){at, row_of(graph, layout, node)};
		column->width = width_of(node) > column->width ? width_of(node) : column->width;
		layout->column_count = at >= layout->column_count ? at + 1 : layout->column_count;
	}
}

/* Returns the width of the whole. */
static int measure(const struct graph *graph, struct layout *layout)
{
	int x = MARGIN;
	for (size_t i = 0; i < layout->column_count; i++) {
		layout->columns[i].x = x;
		x += layout->columns[i].width + GAP_X;
	}
	for (size_t i = 0; i < graph->count; i++) {
		const struct spot *spot = &layout->spots[i];
		const struct column *column = &layout->columns[spot->column];
		const struct node *node = graph->nodes[i];
		int halves = layout->rows - 1 + spot->row;
		bool told = strcmp(node->id, node->label) != 0;
		layout->boxes[i] =
			(struct svg_box){.x = column->x,
					 .y = layout->top + halves * (HEIGHT + GAP_Y) / 2,
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

/* Draws one at this height, grows *width to what it needs, and returns the height below it. */
static int draw(const struct graph *graph, int top, int *width, struct buf *out)
{
	auto_arena struct arena arena = {0};
	struct layout layout = {
		.boxes = arena_alloc(&arena, graph->count * sizeof *layout.boxes),
		.spots = arena_alloc(&arena, graph->count * sizeof *layout.spots),
		.columns = arena_alloc(&arena, graph->count * sizeof *layout.columns),
		.top = top,
	};
	place(graph, &layout);
	int needed = measure(graph, &layout);
	*width = needed > *width ? needed : *width;
	draw_arrows(graph, &layout, out);
	for (size_t i = 0; i < graph->count; i++)
		svg_box(out, &layout.boxes[i]);
	return top + layout.rows * (HEIGHT + GAP_Y) - GAP_Y + MARGIN;
}

void graph_write_svg(struct graph *const *graphs, size_t count, struct buf *out)
{
	auto_buf struct buf drawn = {0};
	int width = 0, height = MARGIN;
	for (size_t i = 0; i < count; i++) {
		if (count > 1) {
			const char *title = graph_title(graphs[i]);
			int needed = 2 * MARGIN + (int)svg_letters(title) * SVG_LETTER;
			width = needed > width ? needed : width;
			svg_heading(&drawn, MARGIN, height + SVG_LINE, title);
			height += HEADING;
		}
		height = draw(graphs[i], height, &width, &drawn);
	}
	const char *path = graphs[0]->manifest->path;
	svg_begin(out, width, height, path ? path : "a build");
	buf_add(out, drawn.data, drawn.len);
	svg_end(out);
}
