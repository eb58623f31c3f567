/* One line of /proc/PID/cgroup (cgroups(7)). */
#ifndef FACTORY_AGENT_FACTS_CGROUP_H
#define FACTORY_AGENT_FACTS_CGROUP_H

#include <stdbool.h>

struct facts_membership {
	const char *controllers; /* "cpu,cpuacct", "name=systemd"; "" for the unified hierarchy */
	const char *path;        /* in the hierarchy, as seen from this cgroup namespace */
};

/* Reads the next line in place; false at the end of the text. */
bool facts_next_membership(char **rest, struct facts_membership *membership);

#endif
