/* A group in a walk: each branch in a container of its own, and then all that they have changed in
 * one, which is the chain's from then on. */
#include "host/walk/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/container/trail.h"
#include "host/walk/merge.h"

/* One branch of the group. */
struct arm {
	const struct node *first, *end;
	char key[HASH_HEX]; /* of its end's image */
	char *image;        /* NULL: it has not come to its end */
	struct buf trail;   /* of its nodes */
	bool begun;
};

struct group {
	struct walk *walk;
	const struct node *node; /* the merge */
	char *image;             /* that all begin at */
	struct arm *arms;
	size_t count;
	struct branch *chain; /* the container that the changes go into, or NULL */
	struct merge *merge;
};

static void tell_kept(const struct group *group, struct arm *arm)
{
	const struct graph *graph = group->walk->graph;
	struct report *report = group->walk->setup->report;
	size_t last = graph_index(graph, arm->end);
	for (size_t i = graph_index(graph, arm->first); i <= last; i++) {
		report_cached(report, graph->nodes[i]);
		trail_add(&arm->trail, graph->nodes[i], true, 0, report_hidden(report));
	}
}

static void find_arm(struct group *group, size_t n, const char *fork, const char *kept)
{
	struct arm *arm = &group->arms[n];
	arm->first = graph_branch(group->node, n);
	arm->end = group->node->after[n];
	resume_branch_key(group->walk->graph, arm->end, fork, arm->key);
	if (!kept)
		return;
	arm->image = mem_strdup(kept);
	arm->begun = true;
	tell_kept(group, arm);
}

void group_open(struct walk *walk, const char *image, const char *fork, const char *const *ends)
{
	struct group *group = mem_alloc(sizeof *group);
	group->walk = walk;
	group->node = graph_group(walk->graph, walk->at);
	group->image = mem_strdup(image);
	group->count = group->node->after_count;
	group->arms = mem_alloc(group->count * sizeof *group->arms);
	for (size_t i = 0; i < group->count; i++)
		find_arm(group, i, fork, ends ? ends[i] : NULL);
	walk->group = group;
}

void group_free(struct group *group)
{
	if (!group)
		return;
	for (size_t i = 0; i < group->count; i++) {
		free(group->arms[i].image);
		buf_free(&group->arms[i].trail);
	}
	merge_free(group->merge);
	free(group->arms);
	free(group->image);
	free(group);
}

void group_stop(struct group *group)
{
	merge_stop(group->merge);
}

static struct arm *next_arm(const struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (!group->arms[i].begun)
			return &group->arms[i];
	return NULL;
}

static bool is_complete(const struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (!group->arms[i].image)
			return false;
	return true;
}

bool group_is_waiting(const struct group *group)
{
	return next_arm(group) || (is_complete(group) && !group->chain);
}

static void merged(void *ctx, struct error *err)
{
	struct group *group = ctx;
	struct walk *walk = group->walk;
	if (err) {
		report_failure(walk->setup->report, group->node, err);
		walk_fail(walk, err);
		return;
	}
	report_end(walk->setup->report, group->node, NULL, loop_now_us() - group->chain->began_us);
	for (struct branch *branch = walk->branches; branch; branch = branch->next)
		if (branch->role == ROLE_SOURCE && branch->node == group->node)
			walk_branch_done(branch);
	walk_merged(group->chain, group->node);
}

/* The chain's, then that of each branch: none is of when they ran. */
static void join_trails(const struct group *group, struct buf *trail)
{
	buf_puts(trail, group->walk->trail);
	for (size_t i = 0; i < group->count; i++)
		trail_append(trail, &group->arms[i].trail);
}

static void start_merge(struct group *group)
{
	struct walk *walk = group->walk;
	auto_buf struct buf trail = {0};
	join_trails(group, &trail);
	report_begin(walk->setup->report, group->node);
	group->merge = merge_new(group->node, merged, group);
	group->chain = walk_branch(walk, ROLE_CHAIN, group->image, group->node, buf_text(&trail));
	for (size_t i = 0; i < group->count; i++)
		walk_branch(walk, ROLE_SOURCE, group->arms[i].image, group->node, "")->number = i;
}

void group_start(struct group *group)
{
	struct arm *arm = next_arm(group);
	if (!arm) {
		start_merge(group);
		return;
	}
	arm->begun = true;
	struct branch *branch =
		walk_branch(group->walk, ROLE_BRANCH, group->image, arm->first, group->walk->trail);
	branch->number = (size_t)(arm - group->arms);
}

void group_ready(struct group *group, struct branch *branch)
{
	if (branch->role == ROLE_BRANCH) {
		branch->began_us = loop_now_us();
		walk_begin_node(branch, branch->container, branch->node);
	} else if (branch->role == ROLE_SOURCE) {
		merge_branch_ready(group->merge, branch->number, branch->container);
	} else {
		merge_target_ready(group->merge, branch->container);
	}
}

/* What has run may be a guide's own in the place of the graph's. */
void group_passed(struct group *group, struct branch *branch, const struct node *node)
{
	uint64_t took_us = loop_now_us() - branch->began_us;
	trail_add(&group->arms[branch->number].trail, node, false, took_us,
		  report_hidden(group->walk->setup->report));
	group_go_on(group, branch);
}

void group_go_on(struct group *group, struct branch *branch)
{
	const struct walk *walk = group->walk;
	const struct arm *arm = &group->arms[branch->number];
	branch->began_us = loop_now_us();
	if (branch->node == arm->end) {
		container_checkpoint(branch->container, walk_is_nameless(walk) ? NULL : arm->key);
		return;
	}
	branch->node = walk->graph->nodes[graph_index(walk->graph, branch->node) + 1];
	walk_begin_node(branch, branch->container, branch->node);
}

void group_committed(struct group *group, struct branch *branch, const char *image)
{
	struct walk *walk = group->walk;
	struct arm *arm = &group->arms[branch->number];
	arm->image = mem_strdup(image);
	if (walk_is_nameless(walk))
		back_leave(&walk->back, image);
	else
		report_notice(walk->setup->report, "kept the state after %s in %.1f ms",
			      arm->end->id, (double)(loop_now_us() - branch->began_us) / 1e3);
	walk_branch_done(branch);
}
