#include "agent/source/source.h"

void source_free(struct source *source)
{
	if (source)
		source->free(source);
}

struct value *want_value(struct arena *arena, const struct want *want)
{
	struct value *map = value_map(arena), *args = value_list(arena);
	value_set(arena, map, "kind", value_string(arena, want->kind));
	value_set(arena, map, "name", value_string(arena, want->name));
	if (want->datacenter)
		value_set(arena, map, "datacenter", value_string(arena, want->datacenter));
	for (const char *const *arg = want->args; arg && *arg; arg++)
		value_append(arena, args, value_string(arena, *arg));
	if (args->list.len)
		value_set(arena, map, "args", args);
	return map;
}
