#include "host/build/walk.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/back.h"
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
	const struct node *asked;    /* its guide decides about it, or NULL */
	struct container *asked_in;
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
	const struct guide *guide; /* or NULL */
	struct branch *deciding;   /* what the guide was asked about last */
	struct back back;          /* where the guide may go back to */
	bool is_keeping;           /* that image is being made */
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

static void begin_node(struct branch *branch, struct container *container, const struct node *node)
{
	struct walk *walk = branch->walk;
	const struct guide *guide = walk->guide;
	if (!guide) {
		container_run(container, node);
		return;
	}
	walk->deciding = branch;
	branch->asked = node;
	branch->asked_in = container;
	guide->before(guide->ctx, walk, container, node);
}

static void ask_about_failure(struct branch *branch, struct container *container,
			      const struct node *node, struct error *err)
{
	const struct guide *guide = branch->walk->guide;
	branch->walk->deciding = branch;
	guide->failed(guide->ctx, branch->walk, container, node, err);
}

/* The artifact has its name only when every test has passed. */
static void run_chain(struct branch *branch)
{
	struct walk *walk = branch->walk;
	walk->began_us = loop_now_us();
	if (walk->at < walk->graph->chain_end)
		begin_node(branch, branch->container, walk->graph->nodes[walk->at++]);
	else
		container_commit(branch->container,
				 walk->result.is_altered ? NULL : walk->graph->image_key);
}

/* At the chain's end the artifact is as good, unless its config differs from the base's: a change
 * of it must not run the chain again. */
static bool keeps_state(const struct walk *walk, const struct container *container,
			const struct node *node)
{
	if (walk->setup->throwaway || walk->result.is_altered ||
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

/* The branch's work is done, or not wanted any more. */
static void end_branch(struct branch *branch)
{
	branch->walk->working--;
	container_stop(branch->container);
	give_slot(branch);
}

static void on_passed(void *ctx, struct container *container, const struct node *node)
{
	(void)container;
	chain_passed(ctx, node);
}

static void on_held(void *ctx, struct container *container, const struct node *node,
		    struct error *err)
{
	ask_about_failure(ctx, container, node, err);
}

/* The guide goes on deciding. */
static void keep(struct walk *walk, const char *image)
{
	walk->is_keeping = false;
	back_set(&walk->back, image, walk->at - 1, true);
	walk->guide->kept(walk->guide->ctx, image);
}

static void on_committed(void *ctx, struct container *container, const char *image)
{
	struct branch *branch = ctx;
	struct walk *walk = branch->walk;
	if (walk->is_keeping) {
		keep(walk, image);
		return;
	}
	uint64_t took_us = loop_now_us() - walk->began_us;
	checkpoint_committed(walk->checkpoint, took_us);
	(void)container;
	if (walk->kept) {
		report_notice(walk->setup->report, "kept the state after %s in %.1f ms",
			      STEAL(walk->kept)->id, (double)took_us / 1e3);
		back_set(&walk->back, image, walk->at, false);
		run_chain(branch);
		return;
	}
	walk->result.image = mem_strdup(image);
	walk->result.commit_us = took_us;
	end_branch(branch);
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

static const struct container_events handlers = {.ready = on_ready,
						 .passed = on_passed,
						 .held = on_held,
						 .committed = on_committed,
						 .ended = on_ended};

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

static void test_ready(void *ctx, struct container *container, const struct node *test)
{
	begin_node(ctx, container, test);
}

static void test_held(void *ctx, struct container *container, const struct node *test,
		      struct error *err)
{
	ask_about_failure(ctx, container, test, err);
}

static const struct trial_events test_handlers = {
	.ready = test_ready, .held = test_held, .ended = test_ended};

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
	if (walk->back.image)
		walk->at = walk->back.at;
	else /* the start node is the container itself */
		walk->at = resume->image ? resume->at : 1;
	const char *image = walk->back.image ? walk->back.image
			    : resume->image  ? resume->image
					     : walk->setup->manifest->image;
	struct branch *branch = add_branch(walk);
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

/* --- what a guide decides --- */

static void go_back(struct walk *walk, struct branch *branch)
{
	walk->at = branch->trial ? walk->at - 1 : 0;
	if (branch->trial)
		trial_leave(branch->trial);
	else
		end_branch(branch);
	walk_go_on(walk);
}

static void skip(struct branch *branch)
{
	if (branch->trial)
		trial_leave(branch->trial);
	else
		chain_passed(branch, branch->asked);
}

void walk_decide(struct walk *walk, enum walk_decision decision, const struct node *instead)
{
	struct branch *branch = walk->deciding;
	walk->result.is_altered |= decision == WALK_SKIP || instead;
	walk->began_us = loop_now_us(); /* thinking is no work */
	switch (decision) {
	case WALK_RUN:
		container_run(branch->asked_in, instead ? instead : branch->asked);
		break;
	case WALK_SKIP:
		skip(branch);
		break;
	case WALK_KEEP:
		walk->is_keeping = true;
		container_checkpoint(branch->container, NULL);
		break;
	case WALK_BACK:
		go_back(walk, branch);
		break;
	}
}

void walk_alter(struct walk *walk)
{
	walk->result.is_altered = true;
}

void walk_leave_kept(struct walk *walk)
{
	walk->back.is_ours = false;
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

void walk_fail(struct walk *walk, struct error *err)
{
	fail(walk, err);
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
	free_branches(walk);
	back_clear(&walk->back, walk->setup->loop, walk->setup->engine);
	if (status < 0)
		drop_image(walk);
	else
		*result = walk->result;
	free(walk);
	return status;
}
