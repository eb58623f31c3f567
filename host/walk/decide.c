/* What a walk asks its guide (guide.h), and does as that decides. */
#include "host/walk/parts.h"

#include "common/own.h"
#include "host/site/site.h"

static void begin(struct walk *walk, struct container *container, const struct node *node)
{
	if (node->kind == NODE_COMMIT)
		container_commit(container,
				 walk->result.is_altered ? NULL : walk->graph->image_key);
	else
		container_run(container, node);
}

void walk_begin_node(struct branch *branch, struct container *container, const struct node *node)
{
	struct walk *walk = branch->walk;
	const struct guide *guide = walk->guide;
	if (!guide) {
		begin(walk, container, node);
		return;
	}
	walk->deciding = branch;
	branch->asked = node;
	branch->asked_in = container;
	guide->before(guide->ctx, walk, container, node);
}

/* Of files whatever the host has is sent when they are tried again: that may not be what their key
 * was made of. */
void walk_ask_about_failure(struct branch *branch, struct container *container,
			    const struct node *node, struct error *err)
{
	struct walk *walk = branch->walk;
	const struct guide *guide = walk->guide;
	walk->deciding = branch;
	walk->result.is_altered |= node->kind == NODE_FILES;
	guide->failed(guide->ctx, walk, container, node, err);
}

/* The guide goes on deciding. */
void walk_keep(struct walk *walk, const char *image)
{
	bool ends = walk->deciding->asked->kind == NODE_COMMIT;
	walk->is_keeping = false;
	back_set(&walk->back, image, ends ? walk->at : walk->at - 1, true,
		 walk->deciding->container);
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

static void try_services_again(struct walk *walk, struct branch *branch)
{
	site_doubt_failures(walk->setup->site);
	go_back(walk, branch);
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
		if (branch->asked_in)
			begin(walk, branch->asked_in, instead ? instead : branch->asked);
		else
			try_services_again(walk, branch);
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
