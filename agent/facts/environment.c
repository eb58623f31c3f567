/* What a program that starts here finds: its environment's names, PATH, the time zone. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"

#include <string.h>
#include <time.h>

/* Names alone: values may be secrets. */
struct value *facts_env(struct facts_system *system, struct arena *arena)
{
	struct value *names = value_list(arena);
	for (const char *const *at = system->environment; at && *at; at++)
		value_append(arena, names, value_stringn(arena, *at, strcspn(*at, "=")));
	return names->list.len ? names : NULL;
}

struct value *facts_path(struct facts_system *system, struct arena *arena)
{
	const char *path = facts_variable(system, "PATH");
	return path ? value_string(arena, path) : NULL;
}

/* The abbreviation in force now, as facter has it: "CET". */
struct value *facts_timezone(struct facts_system *system, struct arena *arena)
{
	struct tm local;
	time_t now = time(NULL);
	if (!system->living || !localtime_r(&now, &local) || !local.tm_zone)
		return NULL;
	return value_string(arena, local.tm_zone);
}
