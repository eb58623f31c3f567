/* A build's graph as lines for a terminal: the chain, with what is beside it on a rail. */
#include "host/graph/graph.h"

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

static void write_one(const struct graph *graph, struct buf *out)
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

void graph_write_text(struct graph *const *graphs, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		if (count > 1) {
			buf_puts(out, i ? "\n" : "");
			add_label(out, graph_title(graphs[i]));
			buf_puts(out, "\n");
		}
		write_one(graphs[i], out);
	}
}
