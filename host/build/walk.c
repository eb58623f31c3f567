#include "host/build/walk_parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/discard.h"
#include "host/exit_codes.h"

static void interrupt_all(struct walk *walk, const char *why, int exit_code)
{
	for (struct branch *branch = walk->branches; branch; branch = branch->next)
		if (!branch->ended)
			container_interrupt(branch->container, why, exit_code);
}

/* The first failure counts; everything that still runs is for nothing then. */
void walk_fail(struct walk *walk, struct error *err)
{
	if (error_is_set(&walk->failure)) {
		error_clear(err);
		return;
	}
	error_move(&walk->failure, err);
	interrupt_all(walk, "another branch failed", EXIT_FAILED);
}

/* Whoever waits for a slot is told within; the branch must be done with its own work. */
static void give_slot(struct branch *branch)
{
	if (!branch->has_slot)
		return;
	branch->has_slot = false;
	slots_give(branch->walk->slots);
}

void walk_branch_done(struct branch *branch)
{
	branch->walk->working--;
	container_stop(branch->container);
	give_slot(branch);
}

/* --- what a container tells --- */

/* The artifact has its name only when every test has passed. */
static void run_chain(struct branch *branch)
{
	struct walk *walk = branch->walk;
	branch->began_us = loop_now_us();
	if (walk->at < walk->graph->chain_end)
		container_run(branch->container, walk->graph->nodes[walk->at++]);
	else
		container_commit(branch->container, walk->graph->image_key);
}

/* A group's branches begin at a state that is kept. At the chain's end the artifact is as good,
 * unless its config differs from the base's: a change of it must not run the chain again. */
static bool keeps_state(const struct walk *walk, const struct container *container,
			const struct node *node)
{
	if (graph_group(walk->graph, walk->at))
		return true;
	if (walk->setup->throwaway ||
	    (walk->at == walk->graph->chain_end && !walk->graph->manifest->config))
		return false;
	return checkpoint_is_due(walk->checkpoint, node, container_has_processes(container));
}

static void chain_passed(struct branch *branch, const struct node *node)
{
	struct walk *walk = branch->walk;
	checkpoint_worked(walk->checkpoint, loop_now_us() - branch->began_us);
	if (!keeps_state(walk, branch->container, node)) {
		run_chain(branch);
		return;
	}
	walk->kept = node;
	branch->began_us = loop_now_us();
	container_checkpoint(branch->container, node->key);
}

void walk_merged(struct branch *chain, const struct node *merge)
{
	struct walk *walk = chain->walk;
	group_free(STEAL(walk->group));
	walk->at = graph_index(walk->graph, merge) + 1;
	chain_passed(chain, merge);
}

static void on_ready(void *ctx, struct container *container)
{
	struct branch *branch = ctx;
	struct walk *walk = branch->walk;
	if (branch->role == ROLE_TEST) {
		container_run(container, branch->node);
		return;
	}
	if (walk->group) {
		group_ready(walk->group, branch);
		return;
	}
	report_end(walk->setup->report, walk->graph->nodes[0], NULL,
		   loop_now_us() - branch->began_us);
	run_chain(branch);
}

static void on_passed(void *ctx, struct container *container, const struct node *node)
{
	struct branch *branch = ctx;
	(void)container;
	if (branch->role == ROLE_TEST)
		walk_branch_done(branch);
	else if (branch->role == ROLE_BRANCH)
		group_passed(branch->walk->group, branch, node);
	else
		chain_passed(branch, node);
}

/* A throwaway's images have no name, and nobody else would remove those on the way. */
static void remember(struct walk *walk, const char *image)
{
	if (!walk->setup->throwaway)
		return;
	walk->unnamed = mem_resize(walk->unnamed, walk->unnamed_count + 1, sizeof *walk->unnamed);
	walk->unnamed[walk->unnamed_count++] = mem_strdup(image);
}

/* In front of a group the chain ends: it goes on in the container of the merge. */
static void chain_kept(struct branch *branch, const char *image, uint64_t took_us)
{
	struct walk *walk = branch->walk;
	report_notice(walk->setup->report, "kept the state after %s in %.1f ms",
		      STEAL(walk->kept)->id, (double)took_us / 1e3);
	walk->reads = container_reads(branch->container);
	if (!graph_group(walk->graph, walk->at)) {
		run_chain(branch);
		return;
	}
	group_open(walk, image, image, NULL);
	walk_branch_done(branch);
}

static void on_committed(void *ctx, struct container *container, const char *image)
{
	struct branch *branch = ctx;
	struct walk *walk = branch->walk;
	uint64_t took_us = loop_now_us() - branch->began_us;
	(void)container;
	checkpoint_committed(walk->checkpoint, took_us);
	if (branch->role == ROLE_BRANCH) {
		remember(walk, image);
		group_committed(walk->group, branch, image);
		return;
	}
	if (walk->kept) {
		chain_kept(branch, image, took_us);
		return;
	}
	walk->result.image = mem_strdup(image);
	walk->result.commit_us = took_us;
	walk_branch_done(branch);
}

static void on_moved(void *ctx, struct container *container)
{
	struct branch *branch = ctx;
	(void)container;
	group_moved(branch->walk->group, branch);
}

static void on_ended(void *ctx, struct container *container, struct error *err)
{
	struct branch *branch = ctx;
	(void)container;
	branch->ended = true;
	if (err)
		walk_fail(branch->walk, err);
	give_slot(branch);
}

static const struct container_events handlers = {.ready = on_ready,
						 .passed = on_passed,
						 .committed = on_committed,
						 .moved = on_moved,
						 .ended = on_ended};

/* --- branches --- */

struct branch *walk_branch(struct walk *walk, enum branch_role role, const char *image,
			   const struct node *node)
{
	struct branch *branch = mem_alloc(sizeof *branch);
	branch->walk = walk;
	branch->node = node;
	branch->role = role;
	branch->has_slot = role != ROLE_SOURCE;
	branch->began_us = loop_now_us();
	branch->container = container_new(walk->setup, image, role == ROLE_TEST, &handlers, branch);
	container_inherit(branch->container, walk->reads);
	branch->next = walk->branches;
	walk->branches = branch;
	walk->working++;
	container_start(branch->container);
	return branch;
}

/* With a group in front there is no work for a container. */
static void start_chain(struct walk *walk)
{
	const struct resume *resume = walk->resume;
	const char *image = resume->image ? resume->image : walk->setup->manifest->image;
	report_begin(walk->setup->report, walk->graph->nodes[0]);
	walk->at = resume->image ? resume->at : 1; /* the start node is the container itself */
	if (!graph_group(walk->graph, walk->at)) {
		walk_branch(walk, ROLE_CHAIN, image, NULL);
		return;
	}
	report_end(walk->setup->report, walk->graph->nodes[0], NULL, 0);
	group_open(walk, image, resume->image, resume->ends);
	slots_give(walk->slots);
}

static bool has_test_left(const struct walk *walk)
{
	return walk->result.image && walk->at < walk->graph->count &&
	       walk->graph->nodes[walk->at]->kind == NODE_TEST;
}

static bool is_waiting(const struct walk *walk)
{
	if (error_is_set(&walk->failure))
		return false;
	return !walk->at || (walk->group && group_is_waiting(walk->group)) || has_test_left(walk);
}

void walk_go_on(struct walk *walk)
{
	while (is_waiting(walk) && slots_take(walk->slots)) {
		if (!walk->at)
			start_chain(walk);
		else if (walk->group)
			group_start(walk->group);
		else
			walk_branch(walk, ROLE_TEST, walk->result.image,
				    walk->graph->nodes[walk->at++]);
	}
}

/* After a failure the walk is over when the last container has gone; otherwise as soon as all work
 * is done: containers that were told to end need no further help. */
bool walk_is_over(const struct walk *walk)
{
	bool failed = error_is_set(&walk->failure);
	if (!failed && (!walk->at || walk->working || walk->group || has_test_left(walk)))
		return false;
	for (const struct branch *branch = walk->branches; branch; branch = branch->next)
		if ((failed && !branch->ended) || container_is_waiting(branch->container))
			return false;
	return true;
}

void walk_interrupt(struct walk *walk, const char *why, int exit_code)
{
	struct error err = {0};
	error_set(&err, "%s", why);
	err.exit_code = exit_code;
	walk_fail(walk, &err);
}

static void free_branches(struct walk *walk)
{
	while (walk->branches) {
		struct branch *branch = walk->branches;
		walk->branches = branch->next;
		container_free(branch->container);
		free(branch);
	}
}

/* A throwaway's is removed; that it may fail must not hide why. */
static void drop_image(struct walk *walk)
{
	auto_error struct error ignored = {0};
	if (walk->result.image && walk->setup->throwaway)
		discard_image(walk->setup->loop, walk->setup->engine, walk->result.image, &ignored);
	free(walk->result.image);
}

/* With the last image that stands on it, an engine takes one without a name away too. */
static void drop_unnamed(struct walk *walk)
{
	while (walk->unnamed_count) {
		auto_error struct error ignored = {0};
		autofree char *image = walk->unnamed[--walk->unnamed_count];
		discard_image(walk->setup->loop, walk->setup->engine, image, &ignored);
	}
	free(walk->unnamed);
}

struct walk *walk_start(const struct container_setup *setup, const struct graph *graph,
			const struct resume *resume, struct checkpoint *checkpoint,
			struct slots *slots)
{
	struct walk *walk = mem_alloc(sizeof *walk);
	walk->setup = setup;
	walk->graph = graph;
	walk->resume = resume;
	walk->checkpoint = checkpoint;
	walk->slots = slots;
	walk->reads = resume->reads;
	/* Of a group that is ahead, what is there is told when the walk comes to it. */
	for (size_t i = resume->provisioned ? 0 : 1; i < resume->at; i++)
		report_cached(setup->report, graph->nodes[i]);
	if (resume->provisioned) { /* tests are all there is */
		walk->at = resume->at;
		walk->result.image = mem_strdup(resume->image);
	}
	walk_go_on(walk);
	return walk;
}

int walk_finish(struct walk *walk, struct walk_result *result, struct error *err)
{
	int status = error_is_set(&walk->failure) ? error_move(err, &walk->failure) : 0;
	free_branches(walk);
	group_free(walk->group);
	drop_unnamed(walk);
	if (status < 0)
		drop_image(walk);
	else
		*result = walk->result;
	free(walk);
	return status;
}
