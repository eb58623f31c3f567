#include "host/cache/checkpoint.h"

void checkpoint_worked(struct checkpoint *checkpoint, uint64_t us)
{
	checkpoint->work_us += us;
}

void checkpoint_committed(struct checkpoint *checkpoint, uint64_t us)
{
	checkpoint->work_us = 0;
	checkpoint->commit_us = us;
}

bool checkpoint_is_due(const struct checkpoint *checkpoint, const struct node *node, bool processes)
{
	uint64_t cost = checkpoint->commit_us ? checkpoint->commit_us : CHECKPOINT_COMMIT_US;
	return (node->step && node->step->checkpoint) || (!processes && checkpoint->work_us > cost);
}
