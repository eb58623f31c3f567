/* The limits that control groups put on this process, while they are collected. */
#ifndef FACTORY_AGENT_FACTS_LIMITS_H
#define FACTORY_AGENT_FACTS_LIMITS_H

#include "agent/facts/system.h"
#include "common/value.h"

struct facts_limits {
	struct facts_system *system;
	struct arena *arena;
	const char *cgroups; /* /proc/self/cgroup, or NULL */
	struct value *found;
};

/* Takes what a file of a group's directory says into `found`. */
typedef void facts_take_limit(const struct facts_limits *limits, const char *key,
			      const char *directory, const char *file);

/* Of each block device: v2's io.max, and one of v1's blkio.throttle files, which says by its name
 * what it limits. */
facts_take_limit facts_take_io_max, facts_take_io_throttle;

#endif
