/* Puts together what a group's branches have changed: in one container that is made from the state
 * before the group, from others that are made from the branches' ends. Each tells what files it
 * has; what a branch has changed goes through this process, in parts, in the order of the branches.
 * The walk owns the containers and hands their events on. */
#ifndef FACTORY_HOST_WALK_MERGE_H
#define FACTORY_HOST_WALK_MERGE_H

#include "host/container/container.h"

struct merge;

/* `done` is called once, last: err is NULL, or says why it can't be done (a conflict); not where a
 * container fails, which its owner hears. */
typedef void merge_done(void *ctx, struct error *err);

/* `node` is the group's merge. */
struct merge *merge_new(const struct node *node, merge_done *done, void *ctx);
void merge_free(struct merge *merge); /* NULL is fine */

/* Begins nothing more, and calls nobody: its containers are being ended, some sooner than others.
 * NULL is fine. */
void merge_stop(struct merge *merge);

/* A container is ready: that of the group's nth branch, or the one they go into. */
void merge_branch_ready(struct merge *merge, size_t n, struct container *container);
void merge_target_ready(struct merge *merge, struct container *container);

#endif
