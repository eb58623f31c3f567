/* What the kernel says of this process, by line: "NAME:\tTEXT" (proc(5)). */
#include "agent/facts/families.h"
#include "agent/facts/text.h"

static struct value *read_status(struct facts_system *system, struct arena *arena)
{
	struct value *status = value_map(arena);
	char *rest = facts_text(system, arena, "/proc/self/status");
	for (char *line; (line = facts_next_line(&rest));) {
		char *name, *assigned;
		if (facts_split_pair(line, ':', &name, &assigned))
			value_set(arena, status, name, value_string(arena, assigned));
	}
	return status;
}

const struct value *facts_status(struct facts_system *system, struct arena *arena)
{
	if (!system->memo.status)
		system->memo.status = read_status(system, arena);
	return system->memo.status;
}
