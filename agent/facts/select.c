/* Facts by names and patterns. */
#include "agent/facts/facts.h"
#include "agent/facts/families.h"
#include "common/select.h"

#include <string.h>

int facts_select(struct arena *arena, struct value *facts, const char *name, struct value *selected,
		 struct error *err)
{
	if (select_is_pattern(name)) {
		if (!select_matching(arena, facts, name, selected))
			return error_set(err, "no fact matches \"%s\"", name);
		return 0;
	}
	struct value *fact = facts_find(facts, name, err);
	if (!fact)
		return -1;
	value_set(arena, selected, name, fact);
	return 0;
}

struct value *facts_own(struct arena *arena, const struct value *facts)
{
	struct value *own = value_map(arena);
	for (size_t i = 0; i < facts->map.len; i++) {
		const struct value_entry *entry = &facts->map.entries[i];
		bool alias = false;
		for (size_t k = 0; k < facts_alias_count; k++)
			alias |= strcmp(facts_aliases[k].name, entry->key) == 0;
		if (!alias)
			value_set(arena, own, entry->key, entry->value);
	}
	return own;
}
