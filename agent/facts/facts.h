/* Facts of the system the agent runs in, gathered from the kernel's own interfaces and files. */
#ifndef FACTORY_AGENT_FACTS_FACTS_H
#define FACTORY_AGENT_FACTS_FACTS_H

#include "agent/facts/external.h"
#include "common/error.h"
#include "common/value.h"

/* What one may want to know: all families that the patterns touch ("os", "os.id", "memory.*");
 * count 0: all but those that are gathered on request only. */
struct facts_wanted {
	const char *const *patterns;
	size_t count;
	const struct facts_external *external; /* NULL: none; read only if a pattern may need it */
	struct value *errors; /* gets "what" -> "why not"; also there as "errors"; may be NULL */
};
/* The tree of it. What can't be read is left out; this never fails. */
struct value *facts_collect(struct arena *arena, const struct facts_wanted *wanted);

/* The fact at a dotted path; an unknown one is an error that names the nearest ones. NULL on
 * failure. */
struct value *facts_find(const struct value *facts, const char *path, struct error *err);

/* Adds to the map `selected` the fact of that name, or all whose paths match a pattern
 * ("networking.interfaces.*.ip"), by their paths. No such fact is an error. */
int facts_select(struct arena *arena, struct value *facts, const char *name, struct value *selected,
		 struct error *err);

/* The tree without the second names of its facts. */
struct value *facts_own(struct arena *arena, const struct value *facts);

/* The patterns for which a Go template reads facts, as `fact "os.id"` or `.os.id`; NULL where it
 * may read any. *count is set. */
const char *const *facts_read_by(struct arena *arena, const char *text, size_t *count);

#endif
