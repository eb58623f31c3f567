/* The namespaces of this process, and which of them are those the kernel booted with. */
#ifndef FACTORY_AGENT_FACTS_NAMESPACES_H
#define FACTORY_AGENT_FACTS_NAMESPACES_H

#include "agent/facts/system.h"

enum facts_sharing { FACTS_UNKNOWN, FACTS_INITIAL, FACTS_OWN };

/* Reads /proc/self/ns/NAME; false where it isn't there. The initial ones have fixed inode numbers
 * (include/linux/proc_ns.h); those of mnt and net had none before Linux 6.18. */
bool facts_namespace(struct facts_system *system, struct arena *arena, const char *name,
		     int64_t *inode, enum facts_sharing *sharing);

/* Whether any namespace is not the initial one; FACTS_UNKNOWN where none can be read. */
enum facts_sharing facts_isolation(struct facts_system *system, struct arena *arena);

#endif
