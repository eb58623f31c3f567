/* What the files that make up a walk share: walk.c has the chain, tests.c the tests, group.c a
 * group's branches and their merge. */
#ifndef FACTORY_HOST_WALK_PARTS_H
#define FACTORY_HOST_WALK_PARTS_H

#include "host/walk/back.h"
#include "host/walk/trial.h"
#include "host/walk/walk.h"

enum branch_role {
	ROLE_CHAIN,  /* the next node of the chain */
	ROLE_TEST,   /* its node, by its trial */
	ROLE_BRANCH, /* a branch of a group: its nodes, one after another */
	ROLE_SOURCE, /* what a branch has left, for the merge; it works in the chain's slot */
};

/* What works for the walk. */
struct branch {
	struct branch *next;
	struct walk *walk;
	enum branch_role role;
	struct container *container; /* NULL of a test */
	struct trial *trial;         /* of a test, else NULL */
	const struct node *node;     /* of a group: the one it is at */
	size_t number;               /* of a group's branch */
	const struct node *asked;    /* its guide decides about it, or NULL */
	struct container *asked_in;
	bool has_slot;
	bool ended;        /* its container */
	uint64_t began_us; /* what its container does */
};

struct group;

struct walk {
	const struct container_setup *setup;
	const struct graph *graph;
	const struct resume *resume;
	struct checkpoint *checkpoint;
	const struct node *kept; /* whose state is being made a checkpoint, or NULL */
	struct slots *slots;
	struct branch *branches;
	struct group *group;       /* the chain has come to it, or NULL */
	const struct value *reads; /* by what led to where the chain goes on, as by its steps: */
	char *trail;               /* of those (trail.h) */
	size_t at;        /* index of the node that is next; 0: the chain waits for a slot */
	unsigned working; /* branches whose work is not done */
	struct walk_result result;
	struct error failure;
	const struct guide *guide; /* or NULL */
	struct branch *deciding;   /* what the guide was asked about last */
	struct back back;          /* where the guide may go back to */
	bool is_keeping;           /* that image is being made */
};

/* walk.c. Makes a container, which goes to work; the caller has taken its slot where it has one.
 * `trail`: of what led to the image, behind that of the setup. */
struct branch *walk_branch(struct walk *walk, enum branch_role role, const char *image,
			   const struct node *node, const char *trail);
/* One without container or trial yet. */
struct branch *walk_add_branch(struct walk *walk, enum branch_role role);
/* Whoever waits for a slot is told within; the branch must be done with its own work. */
void walk_give_slot(struct branch *branch);
/* Its work is done; may call walk_go_on. */
void walk_branch_done(struct branch *branch);
/* Whether nothing that comes out of it may be found by a key. */
bool walk_is_nameless(const struct walk *walk);
/* A node of the chain is behind it. */
void walk_passed(struct branch *branch, const struct node *node);
/* The merge is in the chain's container. */
void walk_merged(struct branch *chain, const struct node *merge);

/* tests.c. In a slot that was taken. */
void walk_start_test(struct walk *walk, const struct node *test);

/* decide.c. Runs a node, or asks the guide about it, as about one that failed; `walk_keep`: the
 * image that it wanted is there. */
void walk_begin_node(struct branch *branch, struct container *container, const struct node *node);
void walk_ask_about_failure(struct branch *branch, struct container *container,
			    const struct node *node, struct error *err);
void walk_keep(struct walk *walk, const char *image);

/* group.c. Opens the group that begins at walk->at; its branches begin at an image, fork: its id or
 * NULL for the base. `ends`: as in struct resume, or NULL. */
void group_open(struct walk *walk, const char *image, const char *fork, const char *const *ends);
void group_free(struct group *group); /* NULL is fine */
/* The walk has failed. */
void group_stop(struct group *group);
/* Whether something of it waits for a slot; starts it, with a slot that was taken. */
bool group_is_waiting(const struct group *group);
void group_start(struct group *group);

/* Events of the containers of its branches, of its sources, and of the chain's while it is open. */
void group_ready(struct group *group, struct branch *branch);
void group_passed(struct group *group, struct branch *branch, const struct node *node);
/* Behind a node of a branch that was left out. */
void group_go_on(struct group *group, struct branch *branch);
void group_committed(struct group *group, struct branch *branch, const char *image);

#endif
