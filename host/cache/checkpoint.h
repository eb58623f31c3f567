/* When a state in the middle of a build is worth an image of its own: a later build, or the next
 * try after a failure, can start from it. Pure arithmetic. */
#ifndef FACTORY_HOST_CACHE_CHECKPOINT_H
#define FACTORY_HOST_CACHE_CHECKPOINT_H

#include "host/graph/graph.h"

#include <stdbool.h>
#include <stdint.h>

/* What a commit is taken to cost before one was measured: that of a small layer on a busy disk. */
enum { CHECKPOINT_COMMIT_US = 100000 };

/* A zeroed one is a build's beginning. */
struct checkpoint {
	uint64_t work_us; /* of the nodes since the last state that was kept */
	uint64_t
		commit_us; /* what the last commit took, in this build or an earlier one; 0: none */
};

void checkpoint_worked(struct checkpoint *checkpoint, uint64_t us);
void checkpoint_committed(struct checkpoint *checkpoint, uint64_t us);

/* Whether the state after `node`, the last one that was run, is to be kept: its step says so, or
 * to do the work since the last one again would cost more than the commit; the latter only without
 * `processes` that were left, for those behind it may need them, and an image has none. */
bool checkpoint_is_due(const struct checkpoint *checkpoint, const struct node *node,
		       bool processes);

#endif
