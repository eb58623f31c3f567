#include "host/walk/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/services/services.h"
#include "host/walk/discard.h"

static void interrupt_all(struct walk *walk, const char *why, int exit_code)
{
	for (struct branch *branch = walk->branches; branch; branch = branch->next)
		if (branch->trial)
			trial_interrupt(branch->trial, why, exit_code);
		else if (branch->container && !branch->ended)
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
	if (walk->group)
		group_stop(walk->group);
	interrupt_all(walk, "another branch failed", EXIT_INTERRUPTED);
}

void walk_give_slot(struct branch *branch)
{
	if (!branch->has_slot)
		return;
	branch->has_slot = false;
	slots_give(branch->walk->slots);
}

/* --- what a container tells --- */

/* The artifact has its name only when every test has passed. */
static void run_chain(struct branch *branch)
{
	struct walk *walk = branch->walk;
	const struct graph *graph = walk->graph;
	bool ends = walk->at == graph->chain_end;
	branch->began_us = loop_now_us();
	walk_begin_node(branch, branch->container,
			graph->nodes[ends ? graph->count - 1 : walk->at++]);
}

bool walk_is_nameless(const struct walk *walk)
{
	return walk->setup->throwaway || walk->result.is_altered;
}

/* A group's branches need an image. At the chain's end the artifact is as good, unless its config
 * differs from the base's: a change of it must not run the chain again. */
static bool keeps_state(const struct walk *walk, const struct container *container,
			const struct node *node)
{
	if (graph_group(walk->graph, walk->at))
		return true;
	if (walk_is_nameless(walk) ||
	    (walk->at == walk->graph->chain_end && !walk->graph->manifest->config))
		return false;
	return checkpoint_is_due(walk->checkpoint, node, container_has_processes(container));
}

void walk_passed(struct branch *branch, const struct node *node)
{
	struct walk *walk = branch->walk;
	checkpoint_worked(walk->checkpoint, loop_now_us() - branch->began_us);
	if (!keeps_state(walk, branch->container, node)) {
		run_chain(branch);
		return;
	}
	walk->kept = node;
	branch->began_us = loop_now_us();
	container_checkpoint(branch->container, walk_is_nameless(walk) ? NULL : node->key);
}

void walk_merged(struct branch *chain, const struct node *merge)
{
	struct walk *walk = chain->walk;
	group_free(STEAL(walk->group));
	walk->at = graph_index(walk->graph, merge) + 1;
	walk_passed(chain, merge);
}

static void on_ready(void *ctx, struct container *container)
{
	struct branch *branch = ctx;
	struct walk *walk = branch->walk;
	(void)container;
	if (walk->group) {
		group_ready(walk->group, branch);
		return;
	}
	report_end(walk->setup->report, walk->graph->nodes[0], NULL,
		   loop_now_us() - branch->began_us);
	run_chain(branch);
}

/* The branch's work is done, or not wanted any more. */
void walk_branch_done(struct branch *branch)
{
	branch->walk->working--;
	container_stop(branch->container);
	walk_give_slot(branch);
}

static void on_passed(void *ctx, struct container *container, const struct node *node)
{
	struct branch *branch = ctx;
	(void)container;
	if (branch->role == ROLE_BRANCH)
		group_passed(branch->walk->group, branch, node);
	else
		walk_passed(branch, node);
}

static void on_held(void *ctx, struct container *container, const struct node *node,
		    struct error *err)
{
	walk_ask_about_failure(ctx, container, node, err);
}

/* What is made from now on stands on what has read that, by those steps. */
static void go_on_from(struct walk *walk, const struct value *reads, const char *trail)
{
	char *copy = mem_strdup(trail);
	free(walk->trail);
	walk->trail = copy;
	walk->reads = reads;
}

/* In front of a group the chain ends: it goes on in the container of the merge. */
static void enter_group(struct branch *branch, const char *image)
{
	struct walk *walk = branch->walk;
	go_on_from(walk, container_reads(branch->container), container_trail(branch->container));
	group_open(walk, image, image, NULL);
	walk_branch_done(branch);
}

static void chain_kept(struct branch *branch, const char *image, uint64_t took_us)
{
	struct walk *walk = branch->walk;
	const struct node *node = STEAL(walk->kept);
	if (!walk_is_nameless(walk))
		report_notice(walk->setup->report, "kept the state after %s in %.1f ms", node->id,
			      (double)took_us / 1e3);
	back_set(&walk->back, image, walk->at, walk_is_nameless(walk), branch->container);
	if (graph_group(walk->graph, walk->at))
		enter_group(branch, image);
	else
		run_chain(branch);
}

static void on_committed(void *ctx, struct container *container, const char *image)
{
	struct branch *branch = ctx;
	struct walk *walk = branch->walk;
	(void)container;
	if (walk->is_keeping) {
		walk_keep(walk, image);
		return;
	}
	uint64_t took_us = loop_now_us() - branch->began_us;
	checkpoint_committed(walk->checkpoint, took_us);
	if (branch->role == ROLE_BRANCH) {
		group_committed(walk->group, branch, image);
	} else if (walk->kept) {
		chain_kept(branch, image, took_us);
	} else {
		walk->result.image = mem_strdup(image);
		walk->result.commit_us = took_us;
		walk_branch_done(branch);
	}
}

static void on_ended(void *ctx, struct container *container, struct error *err)
{
	struct branch *branch = ctx;
	(void)container;
	branch->ended = true;
	if (err)
		walk_fail(branch->walk, err);
	walk_give_slot(branch);
}

static const struct container_events handlers = {.ready = on_ready,
						 .passed = on_passed,
						 .held = on_held,
						 .committed = on_committed,
						 .ended = on_ended};

/* --- branches --- */

struct branch *walk_add_branch(struct walk *walk, enum branch_role role)
{
	struct branch *branch = mem_alloc(sizeof *branch);
	branch->walk = walk;
	branch->role = role;
	branch->has_slot = role != ROLE_SOURCE;
	branch->began_us = loop_now_us();
	branch->next = walk->branches;
	walk->branches = branch;
	walk->working++;
	return branch;
}

struct branch *walk_branch(struct walk *walk, enum branch_role role, const char *image,
			   const struct node *node, const char *trail)
{
	struct branch *branch = walk_add_branch(walk, role);
	branch->node = node;
	branch->container = container_new(walk->setup, image, false, &handlers, branch);
	container_inherit(branch->container, walk->reads, trail);
	container_start(branch->container);
	return branch;
}

/* With a group in front there is no work for a container. */
static void start_chain(struct walk *walk)
{
	const struct resume *resume = walk->resume;
	bool is_back = walk->back.image != NULL;
	const char *image = is_back ? walk->back.image : resume->image;
	report_begin(walk->setup->report, walk->graph->nodes[0]);
	if (is_back) {
		walk->at = walk->back.at;
		go_on_from(walk, walk->back.reads, walk->back.trail);
	} else { /* the start node is the container itself */
		walk->at = resume->image ? resume->at : 1;
		go_on_from(walk, resume->reads, "");
	}
	if (!graph_group(walk->graph, walk->at)) {
		walk_branch(walk, ROLE_CHAIN, image ? image : walk->setup->manifest->image, NULL,
			    walk->trail);
		return;
	}
	report_end(walk->setup->report, walk->graph->nodes[0], NULL, 0);
	group_open(walk, image ? image : walk->setup->manifest->image, image,
		   is_back ? NULL : resume->ends);
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

bool walk_is_pending(const struct walk *walk)
{
	return !walk->at && !error_is_set(&walk->failure);
}

void walk_go_on(struct walk *walk)
{
	while (is_waiting(walk) && slots_take(walk->slots)) {
		if (!walk->at)
			start_chain(walk);
		else if (walk->group)
			group_start(walk->group);
		else
			walk_start_test(walk, walk->graph->nodes[walk->at++]);
	}
	struct error err = {0};
	if (is_waiting(walk) && slots_check(walk->slots, &err) < 0)
		walk_fail(walk, &err);
}

/* After a failure the walk is over when the last container has gone; otherwise as soon as all work
 * is done: containers that were told to end need no further help. */
bool walk_is_over(const struct walk *walk)
{
	bool failed = error_is_set(&walk->failure);
	if (!failed && (!walk->at || walk->working || walk->group || has_test_left(walk)))
		return false;
	for (const struct branch *branch = walk->branches; branch; branch = branch->next)
		if (branch->trial
			    ? !trial_is_over(branch->trial)
			    : (failed && !branch->ended) || container_is_waiting(branch->container))
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
		trial_free(branch->trial);
		free(branch);
	}
}

/* An image that nothing will be named after is removed; that it may fail must not hide why. */
static void remove_image(struct walk *walk, char *image)
{
	auto_error struct error ignored = {0};
	if (!image)
		return;
	discard_image(walk->setup->loop, walk->setup->engine, image, &ignored);
	free(image);
}

/* A throwaway's is removed, and what no key finds. */
static void drop_image(struct walk *walk)
{
	if (walk->setup->throwaway || walk->result.is_altered)
		remove_image(walk, walk->result.image);
	else
		free(walk->result.image);
}

struct walk *walk_start(const struct container_setup *setup, const struct graph *graph,
			const struct resume *resume, struct checkpoint *checkpoint,
			const struct guide *guide, struct slots *slots)
{
	struct walk *walk = mem_alloc(sizeof *walk);
	walk->setup = setup;
	walk->graph = graph;
	walk->resume = resume;
	walk->checkpoint = checkpoint;
	walk->guide = guide;
	walk->slots = slots;
	for (size_t i = resume->provisioned ? 0 : 1; i < resume->at; i++)
		report_cached(setup->report, graph->nodes[i]);
	if (resume->provisioned) { /* tests are all there is */
		walk->at = resume->at;
		walk->result.image = mem_strdup(resume->image);
	}
	for (size_t i = graph->chain_end; graph->nodes[i]->kind == NODE_TEST; i++)
		services_prepare(setup->site, graph->nodes[i]->step->services, setup->report);
	walk_go_on(walk);
	return walk;
}

int walk_finish(struct walk *walk, struct walk_result *result, struct error *err)
{
	int status = error_is_set(&walk->failure) ? error_move(err, &walk->failure) : 0;
	if (walk->guide)
		walk->guide->over(walk->guide->ctx);
	free_branches(walk);
	group_free(walk->group);
	back_clear(&walk->back, walk->setup->loop, walk->setup->engine);
	if (status < 0)
		drop_image(walk);
	else
		*result = walk->result;
	free(walk->trail);
	free(walk);
	return status;
}
