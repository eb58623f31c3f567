/* What a walk asks its guide (guide.h), and does as that decides. */
#include "host/build/walk_parts.h"

#include "common/own.h"

void walk_begin_node(struct branch *branch, struct container *container, const struct node *node)
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

void walk_ask_about_failure(struct branch *branch, struct container *container,
			    const struct node *node, struct error *err)
{
	const struct guide *guide = branch->walk->guide;
	branch->walk->deciding = branch;
	guide->failed(guide->ctx, branch->walk, container, node, err);
}

/* The guide goes on deciding. */
void walk_keep(struct walk *walk, const char *image)
{
	walk->is_keeping = false;
	back_set(&walk->back, image, walk->at - 1, true);
	walk->guide->kept(walk->guide->ctx, image);
}

/* Out of a group too, for one branch works at a time. */
static void go_back(struct walk *walk, struct branch *branch)
{
	walk->at = branch->trial ? walk->at - 1 : 0;
	group_free(STEAL(walk->group));
	if (branch->trial)
		trial_leave(branch->trial);
	else
		walk_branch_done(branch);
	walk_go_on(walk);
}

static void skip(struct branch *branch)
{
	if (branch->trial)
		trial_leave(branch->trial);
	else if (branch->role == ROLE_BRANCH)
		group_go_on(branch->walk->group, branch);
	else
		walk_passed(branch, branch->asked);
}

void walk_decide(struct walk *walk, enum walk_decision decision, const struct node *instead)
{
	struct branch *branch = walk->deciding;
	walk->result.is_altered |= decision == WALK_SKIP || instead;
	branch->began_us = loop_now_us(); /* thinking is no work */
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
