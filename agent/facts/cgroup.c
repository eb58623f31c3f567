#include "agent/facts/cgroup.h"

#include "agent/facts/families.h"
#include "agent/facts/text.h"

#include <string.h>

bool facts_next_membership(char **rest, struct facts_membership *membership)
{
	for (char *line; (line = facts_next_line(rest));) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			continue;
		*controllers++ = *path++ = '\0';
		*membership = (struct facts_membership){controllers, path};
		return true;
	}
	return false;
}

/* Which hierarchies there are, and where in them this process is. */
struct value *facts_cgroup(struct facts_system *system, struct arena *arena)
{
	char *text = facts_text(system, arena, "/proc/self/cgroup");
	if (!text)
		return NULL;
	struct value *cgroup = value_map(arena), *paths = value_map(arena);
	bool unified = false, legacy = false;
	struct facts_membership membership;
	for (char *rest = text; facts_next_membership(&rest, &membership);) {
		bool is_unified = !*membership.controllers;
		unified |= is_unified;
		legacy |= !is_unified;
		value_set(arena, paths, is_unified ? "unified" : membership.controllers,
			  value_string(arena, membership.path));
	}
	facts_set_text(arena, cgroup, "version",
		       unified && legacy ? "hybrid"
		       : unified         ? "v2"
		       : legacy          ? "v1"
					 : NULL);
	facts_set_value(arena, cgroup, "paths", paths);
	return cgroup;
}
