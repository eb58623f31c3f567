#include "common/json.h"
#include "host/graph/graph.h"

#include <string.h>

static const struct look {
	const char *shape, *color;
} looks[] = {
	[NODE_START] = {"oval", "#dbeafe"},        [NODE_FILES] = {"note", "#fef9c3"},
	[NODE_TASK] = {"box", "#ffffff"},          [NODE_TEST] = {"hexagon", "#dcfce7"},
	[NODE_MERGE] = {"invtriangle", "#ede9fe"}, [NODE_COMMIT] = {"oval", "#fde2e2"},
};

/* A DOT quoted string: only the quote and the backslash need care. */
static void write_quoted(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(out, '\\');
		if (*text == '\n')
			buf_puts(out, "\\n");
		else
			buf_putc(out, *text);
	}
	buf_putc(out, '"');
}

void graph_write_dot(const struct graph *graph, struct buf *out)
{
	buf_puts(out, "digraph build {\n\trankdir=LR;\n\tnode [style=filled, fontname=sans];\n");
	for (size_t i = 0; i < graph->count; i++) {
		const struct node *node = graph->nodes[i];
		const struct look *look = &looks[node->kind];
		buf_puts(out, "\t");
		write_quoted(out, node->id);
		buf_puts(out, " [label=");
		write_quoted(out, node->label);
		buf_printf(out, ", shape=%s, fillcolor=\"%s\"];\n", look->shape, look->color);
	}
	for (size_t i = 0; i < graph->count; i++)
		for (size_t j = 0; j < graph->nodes[i]->after_count; j++)
			buf_printf(out, "\t\"%s\" -> \"%s\";\n", graph->nodes[i]->after[j]->id,
				   graph->nodes[i]->id);
	buf_puts(out, "}\n");
}

static struct value *node_value(struct arena *arena, const struct node *node)
{
	struct value *map = value_map(arena);
	value_set(arena, map, "id", value_string(arena, node->id));
	value_set(arena, map, "kind", value_string(arena, node_kind_name(node->kind)));
	value_set(arena, map, "label", value_string(arena, node->label));
	if (node->step)
		value_set(arena, map, "line", value_int(arena, node->step->at.line));
	return map;
}

static void add_edges(struct arena *arena, struct value *edges, const struct node *node)
{
	for (size_t i = 0; i < node->after_count; i++) {
		struct value *edge = value_map(arena);
		value_set(arena, edge, "from", value_string(arena, node->after[i]->id));
		value_set(arena, edge, "to", value_string(arena, node->id));
		value_append(arena, edges, edge);
	}
}

struct value *graph_value(const struct graph *graph, struct arena *arena)
{
	struct value *root = value_map(arena);
	struct value *nodes = value_list(arena), *edges = value_list(arena);
	for (size_t i = 0; i < graph->count; i++) {
		value_append(arena, nodes, node_value(arena, graph->nodes[i]));
		add_edges(arena, edges, graph->nodes[i]);
	}
	value_set(arena, root, "nodes", nodes);
	value_set(arena, root, "edges", edges);
	return root;
}

void graph_write_json(const struct graph *graph, struct buf *out)
{
	auto_arena struct arena arena = {0};
	json_write_pretty(out, graph_value(graph, &arena), 2);
	buf_putc(out, '\n');
}
