#include "host/build/walk.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/discard.h"
#include "host/build/trial.h"
#include "host/exit_codes.h"
#include "host/services/services.h"

/* The chain's container, or a test. */
struct branch {
	struct branch *next;
	struct walk *walk;
	struct container *container; /* of the chain, else NULL */
	struct trial *trial;         /* of a test, else NULL */
	bool has_slot;
	bool ended; /* the chain's container */
};

struct walk {
	const struct container_setup *setup;
	const struct graph *graph;
	const struct resume *resume;
	struct checkpoint *checkpoint;
	const struct node *kept; /* whose state is being made a checkpoint, or NULL */
	struct slots *slots;
	struct branch *branches;
	size_t at;        /* index of the node that is next; 0: the chain waits for a slot */
	unsigned working; /* branches whose work is not done */
	struct walk_result result;
	uint64_t began_us; /* what the chain's container does */
	struct error failure;
};

static void interrupt_all(struct walk *walk, const char *why, int exit_code)
{
	for (struct branch *branch = walk->branches; branch; branch = branch->next)
		if (branch->trial)
			trial_interrupt(branch->trial, why, exit_code);
		else if (!branch->ended)
			container_interrupt(branch->container, why, exit_code);
}

/* The first failure counts; everything that still runs is for nothing then. */
static void fail(struct walk *walk, struct error *err)
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

/* --- what a container tells --- */

/* The artifact has its name only when every test has passed. */
static void run_chain(struct branch *branch)
{
	struct walk *walk = branch->walk;
	walk->began_us = loop_now_us();
	if (walk->at < walk->graph->chain_end)
		container_run(branch->container, walk->graph->nodes[walk->at++]);
	else
		container_commit(branch->container, walk->graph->image_key);
}

/* At the chain's end the artifact is as good, unless its config differs from the base's: a change
 * of it must not run the chain again. */
static bool keeps_state(const struct walk *walk, const struct container *container,
			const struct node *node)
{
	if (walk->setup->throwaway ||
	    (walk->at == walk->graph->chain_end && !walk->graph->manifest->config))
		return false;
	return checkpoint_is_due(walk->checkpoint, node, container_has_processes(container));
}

static void chain_passed(struct branch *branch, const struct node *node)
{
	struct walk *walk = branch->walk;
	checkpoint_worked(walk->checkpoint, loop_now_us() - walk->began_us);
	if (!keeps_state(walk, branch->container, node)) {
		run_chain(branch);
		return;
	}
	walk->kept = node;
	walk->began_us = loop_now_us();
	container_checkpoint(branch->container, node->key);
}

static void on_ready(void *ctx, struct container *container)
{
	struct branch *branch = ctx;
	struct walk *walk = branch->walk;
	(void)container;
	report_end(walk->setup->report, walk->graph->nodes[0], NULL,
		   loop_now_us() - walk->began_us);
	run_chain(branch);
}

static void on_passed(void *ctx, struct container *container, const struct node *node)
{
	(void)container;
	chain_passed(ctx, node);
}

static void on_committed(void *ctx, struct container *container, const char *image)
{
	struct branch *branch = ctx;
	struct walk *walk = branch->walk;
	uint64_t took_us = loop_now_us() - walk->began_us;
	checkpoint_committed(walk->checkpoint, took_us);
	if (walk->kept) {
		report_notice(walk->setup->report, "kept the state after %s in %.1f ms",
			      STEAL(walk->kept)->id, (double)took_us / 1e3);
		run_chain(branch);
		return;
	}
	walk->result.image = mem_strdup(image);
	walk->result.commit_us = took_us;
	walk->working--;
	container_stop(container);
	give_slot(branch);
}

static void on_ended(void *ctx, struct container *container, struct error *err)
{
	struct branch *branch = ctx;
	(void)container;
	branch->ended = true;
	if (err)
		fail(branch->walk, err);
	give_slot(branch);
}

static const struct container_events handlers = {
	.ready = on_ready, .passed = on_passed, .committed = on_committed, .ended = on_ended};

/* --- what a test tells --- */

static void test_ended(void *ctx, struct trial *trial, struct error *err)
{
	struct branch *branch = ctx;
	(void)trial;
	branch->walk->working--;
	if (err)
		fail(branch->walk, err);
	give_slot(branch);
}

static const struct trial_events test_handlers = {.ended = test_ended};

/* --- branches --- */

static struct branch *add_branch(struct walk *walk)
{
	struct branch *branch = mem_alloc(sizeof *branch);
	branch->walk = walk;
	branch->has_slot = true;
	branch->next = walk->branches;
	walk->branches = branch;
	walk->working++;
	return branch;
}

static void start_test(struct walk *walk, const struct node *test)
{
	struct branch *branch = add_branch(walk);
	branch->trial = trial_start(walk->setup, walk->result.image, test, &test_handlers, branch);
}

static void start_chain(struct walk *walk)
{
	const struct resume *resume = walk->resume;
	walk->began_us = loop_now_us();
	report_begin(walk->setup->report, walk->graph->nodes[0]);
	walk->at = resume->image ? resume->at : 1; /* the start node is the container itself */
	struct branch *branch = add_branch(walk);
	const char *image = resume->image ? resume->image : walk->setup->manifest->image;
	branch->container = container_new(walk->setup, image, false, &handlers, branch);
	container_start(branch->container);
}

static bool has_test_left(const struct walk *walk)
{
	return walk->result.image && walk->at < walk->graph->count &&
	       walk->graph->nodes[walk->at]->kind == NODE_TEST;
}

void walk_go_on(struct walk *walk)
{
	while (!error_is_set(&walk->failure) && (!walk->at || has_test_left(walk)) &&
	       slots_take(walk->slots)) {
		if (!walk->at)
			start_chain(walk);
		else
			start_test(walk, walk->graph->nodes[walk->at++]);
	}
}

/* After a failure the walk is over when the last container has gone; otherwise as soon as all work
 * is done: containers that were told to end need no further help. */
bool walk_is_over(const struct walk *walk)
{
	bool failed = error_is_set(&walk->failure);
	if (!failed && (!walk->at || walk->working || has_test_left(walk)))
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
	fail(walk, &err);
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

/* A throwaway's is removed; that it may fail must not hide why. */
static void drop_image(struct walk *walk)
{
	auto_error struct error ignored = {0};
	if (walk->result.image && walk->setup->throwaway)
		discard_image(walk->setup->loop, walk->setup->engine, walk->result.image, &ignored);
	free(walk->result.image);
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
	free_branches(walk);
	if (status < 0)
		drop_image(walk);
	else
		*result = walk->result;
	free(walk);
	return status;
}
