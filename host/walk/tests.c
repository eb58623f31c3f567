/* A test in a walk: what its trial tells. */
#include "host/walk/parts.h"

static void test_ended(void *ctx, struct trial *trial, struct error *err)
{
	struct branch *branch = ctx;
	(void)trial;
	branch->walk->working--;
	if (err)
		walk_fail(branch->walk, err);
	walk_give_slot(branch);
}

static void test_ready(void *ctx, struct container *container, const struct node *test)
{
	walk_begin_node(ctx, container, test);
}

static void test_held(void *ctx, struct container *container, const struct node *test,
		      struct error *err)
{
	walk_ask_about_failure(ctx, container, test, err);
}

static void test_alone(void *ctx, const struct node *test, struct error *err)
{
	struct branch *branch = ctx;
	branch->asked = test;
	walk_ask_about_failure(branch, NULL, test, err);
}

static const struct trial_events test_handlers = {
	.ready = test_ready, .held = test_held, .alone = test_alone, .ended = test_ended};

void walk_start_test(struct walk *walk, const struct node *test)
{
	struct branch *branch = walk_add_branch(walk, ROLE_TEST);
	branch->trial = trial_start(walk->setup, walk->result.image, test, &test_handlers, branch);
}
