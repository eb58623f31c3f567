/* What the files that make up a walk share: walk.c has the chain and the tests, group.c a group's
 * branches and their merge. */
#ifndef FACTORY_HOST_BUILD_WALK_PARTS_H
#define FACTORY_HOST_BUILD_WALK_PARTS_H

#include "host/build/walk.h"

enum branch_role {
	ROLE_CHAIN,  /* the next node of the chain */
	ROLE_TEST,   /* its test */
	ROLE_BRANCH, /* a branch of a group: its nodes, one after another */
	ROLE_SOURCE, /* what a branch has left, for the merge; it works in the chain's slot */
};

/* A container and the node it is for. */
struct branch {
	struct branch *next;
	struct walk *walk;
	struct container *container;
	enum branch_role role;
	const struct node *node;
	size_t number; /* of a group's branch */
	bool has_slot;
	bool ended;
	uint64_t began_us; /* its node, or its commit */
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
	const struct value *reads; /* by the chain, up to the last state that was kept */
	size_t at;        /* index of the node that is next; 0: the chain waits for a slot */
	unsigned working; /* branches whose work is not done */
	struct walk_result result;
	char **unnamed; /* images on the way of a throwaway, to be removed */
	size_t unnamed_count;
	struct error failure;
};

/* walk.c. The first failure counts: err is taken. */
void walk_fail(struct walk *walk, struct error *err);
/* Makes a container, which goes to work; the caller has taken its slot where it has one. */
struct branch *walk_branch(struct walk *walk, enum branch_role role, const char *image,
			   const struct node *node);
/* Its work is done; may call walk_go_on. */
void walk_branch_done(struct branch *branch);
/* The merge is in the chain's container. */
void walk_merged(struct branch *chain, const struct node *merge);

/* group.c. Opens the group that begins at walk->at; its branches begin at an image, fork: its id or
 * NULL for the base. `ends`: as in struct resume, or NULL. */
void group_open(struct walk *walk, const char *image, const char *fork, const char *const *ends);
void group_free(struct group *group); /* NULL is fine */
/* Whether something of it waits for a slot; starts it, with a slot that was taken. */
bool group_is_waiting(const struct group *group);
void group_start(struct group *group);

/* Events of the containers of its branches, of its sources, and of the chain's while it is open. */
void group_ready(struct group *group, struct branch *branch);
void group_passed(struct group *group, struct branch *branch, const struct node *node);
void group_committed(struct group *group, struct branch *branch, const char *image);
void group_moved(struct group *group, struct branch *branch);

#endif
