/* What is mounted: /proc/self/mountinfo (proc(5)). */
#ifndef FACTORY_AGENT_FACTS_MOUNTS_H
#define FACTORY_AGENT_FACTS_MOUNTS_H

#include "agent/facts/system.h"

struct facts_mount {
	const char *root;    /* what of the file system is mounted, a path in it */
	const char *point;   /* where */
	const char *options; /* of this mount: "ro,nosuid" */
	const char *type;    /* of file system */
	const char *source;  /* the device, mostly */
	const char *super_options;
};

struct facts_mounts {
	struct facts_mount *items; /* in the order in which they were mounted */
	size_t count;
};

/* None where nothing can be read; lines that make no sense are left out. Never NULL. */
const struct facts_mounts *facts_mounts(struct facts_system *system, struct arena *arena);

#endif
