#include "common/want.h"

struct value *want_to_value(struct arena *arena, const struct want *want)
{
	struct value *map = value_map(arena);
	value_set(arena, map, "kind", value_string(arena, want->kind));
	value_set(arena, map, "name", value_string(arena, want->name));
	if (want->datacenter)
		value_set(arena, map, "datacenter", value_string(arena, want->datacenter));
	if (!want->args || !*want->args)
		return map;
	struct value *args = value_list(arena);
	for (const char *const *arg = want->args; *arg; arg++)
		value_append(arena, args, value_string(arena, *arg));
	value_set(arena, map, "args", args);
	return map;
}

static const char *word(struct arena *arena, const struct value *value)
{
	const char *text = value_text(value);
	return text ? arena_strdup(arena, text) : "";
}

struct want want_from_value(struct arena *arena, const struct value *value)
{
	const struct value *list = value_get(value, "args");
	const char *datacenter = word(arena, value_get(value, "datacenter"));
	struct want want = {.kind = word(arena, value_get(value, "kind")),
			    .name = word(arena, value_get(value, "name")),
			    .datacenter = *datacenter ? datacenter : NULL};
	if (!value_is(list, VALUE_LIST) || !list->list.len)
		return want;
	const char **args = arena_alloc(arena, (list->list.len + 1) * sizeof *args);
	for (size_t i = 0; i < list->list.len; i++)
		args[i] = word(arena, list->list.items[i]);
	want.args = args;
	return want;
}
