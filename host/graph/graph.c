#include "host/graph/graph.h"

#include "common/memory.h"
#include "common/own.h"

#include <string.h>

const char *node_kind_name(enum node_kind kind)
{
	static const char *const names[] = {"start", "files", "task", "merge", "test", "commit"};
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

/* A group that is being added. */
struct group {
	unsigned number, branch;
	struct node *fork, *merge; /* the merge gets its place behind the branches */
};

static void begin_group(struct graph *graph, struct group *group, const struct step *step,
			struct node *fork)
{
	group->number = step->group;
	group->branch = 0;
	group->fork = fork;
	group->merge = arena_alloc(&graph->arena, sizeof *group->merge);
}

/* Returns the end of the chain: the merge, where a group was open. */
static struct node *end_group(struct graph *graph, struct group *group, size_t *merges,
			      struct node *last)
{
	if (!group->number)
		return last;
	struct node *merge = group->merge;
	comes_after(graph, merge, last);
	merge->kind = NODE_MERGE;
	merge->id = arena_printf(&graph->arena, "merge-%zu", ++*merges);
	merge->label = "merge the branches";
	merge->fork = group->fork;
	graph->nodes[graph->count++] = merge;
	*group = (struct group){0};
	return merge;
}

/* Where a step of the open group goes on: behind its branch's last one, or at the fork. */
static struct node *go_on(struct graph *graph, struct group *group, const struct step *step,
			  struct node *last)
{
	if (step->branch == group->branch)
		return last;
	if (group->branch)
		comes_after(graph, group->merge, last);
	group->branch = step->branch;
	return group->fork;
}

static struct node *add_tasks(struct graph *graph, struct node *last)
{
	const struct steps *steps = &graph->manifest->install;
	struct group group = {0};
	size_t merges = 0;
	for (size_t i = 0; i < steps->count; i++) {
		const struct step *step = &steps->items[i];
		if (step->group != group.number)
			last = end_group(graph, &group, &merges, last);
		if (step->group && !group.number)
			begin_group(graph, &group, step, last);
		if (step->group)
			last = go_on(graph, &group, step, last);
		last = add_step(graph, NODE_TASK, step, i + 1, last);
		last->fork = group.fork;
	}
	return end_group(graph, &group, &merges, last);
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
	return add_tasks(graph, last);
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

const char *graph_title(const struct graph *graph)
{
	const struct manifest *manifest = graph->manifest;
	return manifest->cell ? manifest->cell : manifest->path ? manifest->path : "a build";
}

bool node_is_in_branch(const struct node *node)
{
	return node->kind == NODE_TASK && node->fork;
}

bool node_is_called(const struct node *node, const char *name)
{
	return strcmp(node->id, name) == 0 || strcmp(node->label, name) == 0;
}

size_t graph_index(const struct graph *graph, const struct node *node)
{
	size_t i = 0;
	while (graph->nodes[i] != node)
		i++;
	return i;
}

const struct node *graph_group(const struct graph *graph, size_t first)
{
	const struct node *node = first < graph->count ? graph->nodes[first] : NULL;
	if (!node || !node_is_in_branch(node) || node->after[0] != node->fork)
		return NULL;
	if (graph->nodes[first - 1] != node->fork) /* a later branch's first */
		return NULL;
	while (graph->nodes[first]->kind != NODE_MERGE)
		first++;
	return graph->nodes[first];
}

const struct node *graph_branch(const struct node *merge, size_t n)
{
	const struct node *node = merge->after[n];
	while (node->after[0] != merge->fork)
		node = node->after[0];
	return node;
}

bool graph_branch_has(const struct graph *graph, const struct node *merge, size_t n, size_t index)
{
	return index >= graph_index(graph, graph_branch(merge, n)) &&
	       index <= graph_index(graph, merge->after[n]);
}

struct graph *graph_new(const struct manifest *manifest)
{
	auto_graph struct graph *graph = mem_alloc(sizeof *graph);
	/* start, files, commit; a merge for each install step at most */
	size_t most = 2 * manifest->install.count + manifest->tests.count + 3;
	graph->manifest = manifest;
	graph->nodes = arena_alloc(&graph->arena, most * sizeof *graph->nodes);
	struct node *provisioned = add_chain(graph);
	graph->chain_end = graph->count;
	add_branches(graph, provisioned);
	return STEAL(graph);
}

void graph_free(struct graph *graph)
{
	if (!graph)
		return;
	arena_free(&graph->arena);
	free(graph);
}
