#include "host/graph/graph.h"

#include "common/memory.h"
#include "common/own.h"

const char *node_kind_name(enum node_kind kind)
{
	static const char *const names[] = {"start", "files", "task", "test", "commit"};
	return names[kind];
}

static struct node *add_node(struct graph *graph, enum node_kind kind, const char *id,
			     const char *label)
{
	struct node *node = arena_alloc(&graph->arena, sizeof *node);
	node->kind = kind;
	node->id = id;
	node->label = label;
	graph->nodes[graph->count++] = node;
	return node;
}

static void comes_after(struct graph *graph, struct node *node, struct node *before)
{
	node->after = arena_grow(&graph->arena, node->after, node->after_count,
				 node->after_count + 1, sizeof(struct node *));
	node->after[node->after_count++] = before;
}

static struct node *add_step(struct graph *graph, enum node_kind kind, const struct step *step,
			     size_t number, struct node *before)
{
	const char *prefix = kind == NODE_TASK ? "install" : "test";
	const char *id = arena_printf(&graph->arena, "%s-%zu", prefix, number);
	struct node *node = add_node(graph, kind, id, step->name);
	node->step = step;
	comes_after(graph, node, before);
	return node;
}

static struct node *add_chain(struct graph *graph)
{
	const struct manifest *manifest = graph->manifest;
	struct node *last = add_node(graph, NODE_START, "start",
				     manifest->image ? manifest->image : manifest->from);
	if (manifest->files_count || manifest->copy_count) {
		struct node *files = add_node(graph, NODE_FILES, "files", "render and copy files");
		comes_after(graph, files, last);
		last = files;
	}
	for (size_t i = 0; i < manifest->install.count; i++)
		last = add_step(graph, NODE_TASK, &manifest->install.items[i], i + 1, last);
	return last;
}

/* The commit waits for every test; where there is none, for the end of the chain. */
static void add_branches(struct graph *graph, struct node *provisioned)
{
	const struct steps *tests = &graph->manifest->tests;
	struct node *commit = arena_alloc(&graph->arena, sizeof *commit);
	*commit = (struct node){.kind = NODE_COMMIT, .id = "commit", .label = "commit"};
	commit->after = arena_alloc(&graph->arena, (tests->count + 1) * sizeof(struct node *));
	for (size_t i = 0; i < tests->count; i++)
		commit->after[commit->after_count++] =
			add_step(graph, NODE_TEST, &tests->items[i], i + 1, provisioned);
	if (!tests->count)
		commit->after[commit->after_count++] = provisioned;
	graph->nodes[graph->count++] = commit;
}

struct graph *graph_new(const struct manifest *manifest)
{
	struct graph *graph = mem_alloc(sizeof *graph);
	size_t most =
		manifest->install.count + manifest->tests.count + 3; /* start, files, commit */
	graph->manifest = manifest;
	graph->nodes = arena_alloc(&graph->arena, most * sizeof *graph->nodes);
	struct node *provisioned = add_chain(graph);
	graph->chain_end = graph->count;
	add_branches(graph, provisioned);
	return graph;
}

void graph_free(struct graph *graph)
{
	if (!graph)
		return;
	arena_free(&graph->arena);
	free(graph);
}
