#include "agent/facts/facts.h"

#include "agent/facts/families.h"

#include <fnmatch.h>
#include <string.h>

/* Does the first part of a pattern ("os" of "os.id") match a top-level name? */
static bool pattern_touches(const char *pattern, const char *name)
{
	char head[64];
	size_t len = strcspn(pattern, ".");
	if (len >= sizeof head)
		return false;
	memcpy(head, pattern, len);
	head[len] = '\0';
	return fnmatch(head, name, 0) == 0;
}

static bool any_touches(const char *const *patterns, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (pattern_touches(patterns[i], name))
			return true;
	return false;
}

/* Stars mean our own names: who writes them wants nothing twice. */
static bool any_names(const char *const *patterns, size_t count, const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < count; i++)
		if (strncmp(patterns[i], name, len) == 0 &&
		    (patterns[i][len] == '.' || !patterns[i][len]))
			return true;
	return false;
}

static bool wants_alias(const char *const *patterns, size_t count, const struct facts_alias *alias)
{
	return count ? any_names(patterns, count, alias->name) : alias->in_tree;
}

static bool wants_family(const char *const *patterns, size_t count,
			 const struct facts_family_row *family)
{
	const char *name = family->name;
	if (family->on_request)
		return any_names(patterns, count, name);
	if (!count || any_touches(patterns, count, name))
		return true;
	for (size_t i = 0; i < facts_alias_count; i++)
		if (pattern_touches(facts_aliases[i].path, name) &&
		    wants_alias(patterns, count, &facts_aliases[i]))
			return true;
	return false;
}

struct value *facts_gather_from(struct facts_system *system, struct arena *arena,
				const char *const *patterns, size_t count)
{
	struct value *facts = value_map(arena);
	memset(&system->memo, 0, sizeof system->memo); /* of another arena */
	for (size_t i = 0; i < facts_family_count; i++) {
		if (!wants_family(patterns, count, &facts_families[i]))
			continue;
		struct value *fact = facts_families[i].gather(system, arena);
		if (fact)
			value_set(arena, facts, facts_families[i].name, fact);
	}
	for (size_t i = 0; i < facts_alias_count; i++) {
		struct value *fact = value_path(facts, facts_aliases[i].path);
		if (fact && wants_alias(patterns, count, &facts_aliases[i]))
			value_set(arena, facts, facts_aliases[i].name, fact);
	}
	return facts;
}

static bool is_family(const char *name, size_t len)
{
	for (size_t i = 0; i < facts_family_count; i++)
		if (strncmp(facts_families[i].name, name, len) == 0 && !facts_families[i].name[len])
			return true;
	return false;
}

/* No file adds to one of our own families. */
static bool may_be_external(const struct facts_wanted *wanted)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (!is_family(wanted->patterns[i], strcspn(wanted->patterns[i], ".")))
			return true;
	return !wanted->count;
}

struct value *facts_collect(struct arena *arena, const struct facts_wanted *wanted)
{
	struct facts_system system;
	facts_system_living(&system);
	system.errors = wanted->errors;
	system.errors_arena = arena;
	bool all = wanted->errors && any_names(wanted->patterns, wanted->count, "errors");
	struct value *facts =
		facts_gather_from(&system, arena, wanted->patterns, all ? 0 : wanted->count);
	if (wanted->external && may_be_external(wanted))
		facts_add_external(wanted->external, arena, facts,
				   wanted->errors ? wanted->errors : value_map(arena));
	if (wanted->errors && (all || (!wanted->count && wanted->errors->map.len)))
		value_set(arena, facts, "errors", wanted->errors);
	return facts;
}
