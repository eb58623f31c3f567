/* Facts by names and patterns. A pattern's parts are globs, and each matches one part of a path. */
#include "agent/facts/facts.h"
#include "agent/facts/families.h"

#include <fnmatch.h>
#include <string.h>

enum { DEEPEST = 64, LONGEST_PART = 256 };

bool facts_is_pattern(const char *name)
{
	return name[strcspn(name, "*?[")] != '\0';
}

struct selecting {
	struct arena *arena;
	struct value *selected;
};

static void match(const struct selecting *selecting, struct value *fact, const char *path,
		  const char *pattern, unsigned depth);

static void match_child(const struct selecting *selecting, struct value *child, const char *path,
			const char *name, const char *pattern, unsigned depth)
{
	char part[LONGEST_PART];
	size_t len = strcspn(pattern, ".");
	if (len >= sizeof part)
		return;
	memcpy(part, pattern, len);
	part[len] = '\0';
	if (fnmatch(part, name, 0) != 0)
		return;
	path = *path ? arena_printf(selecting->arena, "%s.%s", path, name) : name;
	match(selecting, child, path, pattern + len + (pattern[len] == '.'), depth + 1);
}

static void match(const struct selecting *selecting, struct value *fact, const char *path,
		  const char *pattern, unsigned depth)
{
	if (!*pattern) {
		value_set(selecting->arena, selecting->selected, path, fact);
		return;
	}
	for (size_t i = 0; fact->kind == VALUE_MAP && depth < DEEPEST && i < fact->map.len; i++)
		match_child(selecting, fact->map.entries[i].value, path, fact->map.entries[i].key,
			    pattern, depth);
	for (size_t i = 0; fact->kind == VALUE_LIST && depth < DEEPEST && i < fact->list.len; i++)
		match_child(selecting, fact->list.items[i], path,
			    arena_printf(selecting->arena, "%zu", i), pattern, depth);
}

int facts_select(struct arena *arena, struct value *facts, const char *name, struct value *selected,
		 struct error *err)
{
	struct selecting selecting = {arena, selected};
	size_t before = selected->map.len;
	if (!facts_is_pattern(name)) {
		struct value *fact = facts_find(facts, name, err);
		if (!fact)
			return -1;
		value_set(arena, selected, name, fact);
		return 0;
	}
	match(&selecting, facts, "", name, 0);
	if (selected->map.len == before)
		return error_set(err, "no fact matches \"%s\"", name);
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
