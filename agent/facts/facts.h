/* Facts of the system the agent runs in, gathered from the kernel's own interfaces and files. */
#ifndef FACTORY_AGENT_FACTS_FACTS_H
#define FACTORY_AGENT_FACTS_FACTS_H

#include "common/error.h"
#include "common/value.h"

/* The tree of all families that the patterns touch ("os", "os.id", "memory.*"); count 0: all.
 * A family that can't be read is left out; this never fails. */
struct value *facts_gather(struct arena *arena, const char *const *patterns, size_t count);

/* The fact at a dotted path; an unknown one is an error that names the nearest ones. NULL on
 * failure. */
struct value *facts_find(const struct value *facts, const char *path, struct error *err);

#endif
