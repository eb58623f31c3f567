#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/graph/graph.h"

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

/* A node's name; those of several graphs differ by the graph's number. */
static void write_id(struct buf *out, const char *prefix, const struct node *node)
{
	buf_printf(out, "\"%s%s\"", prefix, node->id);
}

static void write_node(struct buf *out, const char *prefix, const struct node *node)
{
	const struct look *look = &looks[node->kind];
	buf_puts(out, "\t");
	write_id(out, prefix, node);
	buf_puts(out, " [label=");
	write_quoted(out, node->label);
	buf_printf(out, ", shape=%s, fillcolor=\"%s\"];\n", look->shape, look->color);
}

static void write_edges(struct buf *out, const char *prefix, const struct node *node)
{
	for (size_t i = 0; i < node->after_count; i++) {
		buf_puts(out, "\t");
		write_id(out, prefix, node->after[i]);
		buf_puts(out, " -> ");
		write_id(out, prefix, node);
		buf_puts(out, ";\n");
	}
}

static void write_graph(struct buf *out, const char *prefix, const struct graph *graph)
{
	for (size_t i = 0; i < graph->count; i++)
		write_node(out, prefix, graph->nodes[i]);
	for (size_t i = 0; i < graph->count; i++)
		write_edges(out, prefix, graph->nodes[i]);
}

static void write_cluster(struct buf *out, size_t number, const struct graph *graph)
{
	autofree char *prefix = mem_printf("%zu/", number);
	buf_printf(out, "\tsubgraph cluster_%zu {\n\tlabel=", number);
	write_quoted(out, graph_title(graph));
	buf_puts(out, ";\n");
	write_graph(out, prefix, graph);
	buf_puts(out, "\t}\n");
}

void graph_write_dot(struct graph *const *graphs, size_t count, struct buf *out)
{
	buf_puts(out, "digraph build {\n\trankdir=LR;\n\tnode [style=filled, fontname=sans];\n");
	if (count == 1)
		write_graph(out, "", graphs[0]);
	for (size_t i = 0; count > 1 && i < count; i++)
		write_cluster(out, i + 1, graphs[i]);
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

void graph_write_json(struct graph *const *graphs, size_t count, struct buf *out)
{
	buf_puts(out, count > 1 ? "[" : "");
	for (size_t i = 0; i < count; i++) {
		auto_arena struct arena arena = {0};
		buf_puts(out, i ? "," : "");
		json_write_pretty(out, graph_value(graphs[i], &arena), 2);
		buf_puts(out, "\n");
	}
	buf_puts(out, count > 1 ? "]\n" : "");
}
