/* Two images' configs, field by field: an environment by its variables, labels and the like by
 * their names. */
#include "host/compare/compare.h"

#include "common/own.h"

#include <string.h>

/* What is in an image's description and is neither its config, nor its files, nor its making. */
static const char *const outer[] = {"Architecture", "Variant", "Os", "OsVersion", "Author"};

/* Engines tell what is not there in several ways. */
static const struct value *present(const struct value *value)
{
	bool nothing = !value || value->kind == VALUE_NULL ||
		       (value->kind == VALUE_STRING && !value->string.len) ||
		       (value->kind == VALUE_LIST && !value->list.len) ||
		       (value->kind == VALUE_BOOL && !value->boolean);
	return nothing ? NULL : value;
}

static void put(struct arena *arena, struct value *fields, const char *name,
		const struct value *value)
{
	if (present(value))
		value_set(arena, fields, name, value_copy(arena, value));
}

static void put_environment(struct arena *arena, struct value *fields, const struct value *env)
{
	for (size_t i = 0; i < env->list.len; i++) {
		const char *text = value_text(env->list.items[i]);
		int len = text ? (int)strcspn(text, "=") : 0;
		if (text)
			value_set(arena, fields, arena_printf(arena, "Env %.*s", len, text),
				  value_string(arena, text[len] ? text + len + 1 : ""));
	}
}

/* An empty map's entry, as of ExposedPorts, is there all the same. */
static void put_map(struct arena *arena, struct value *fields, const char *name,
		    const struct value *map)
{
	for (size_t i = 0; i < map->map.len; i++)
		value_set(arena, fields,
			  arena_printf(arena, "%s %s", name, map->map.entries[i].key),
			  value_copy(arena, map->map.entries[i].value));
}

static struct value *flatten(const struct value *inspected, struct arena *arena)
{
	struct value *fields = value_map(arena);
	const struct value *config = value_get(inspected, "Config");
	for (size_t i = 0; i < COUNT_OF(outer); i++)
		put(arena, fields, outer[i], value_get(inspected, outer[i]));
	for (size_t i = 0; value_is(config, VALUE_MAP) && i < config->map.len; i++) {
		const struct value_entry *entry = &config->map.entries[i];
		if (strcmp(entry->key, "Env") == 0 && value_is(entry->value, VALUE_LIST))
			put_environment(arena, fields, entry->value);
		else if (value_is(entry->value, VALUE_MAP))
			put_map(arena, fields, entry->key, entry->value);
		else
			put(arena, fields, entry->key, entry->value);
	}
	return fields;
}

static void add(struct arena *arena, struct value *list, const char *field, struct value *a,
		struct value *b)
{
	struct value *map = value_map(arena);
	value_set(arena, map, "field", value_string(arena, field));
	value_set(arena, map, "a", a ? a : value_null(arena));
	value_set(arena, map, "b", b ? b : value_null(arena));
	value_append(arena, list, map);
}

struct value *compare_configs(const struct value *a, const struct value *b, struct arena *arena)
{
	struct value *list = value_list(arena);
	const struct value *left = flatten(a, arena), *right = flatten(b, arena);
	struct value *all = value_copy(arena, left);
	for (size_t i = 0; i < right->map.len; i++)
		value_set(arena, all, right->map.entries[i].key, right->map.entries[i].value);
	value_sort_map(all);
	for (size_t i = 0; i < all->map.len; i++) {
		const char *field = all->map.entries[i].key;
		struct value *before = value_get(left, field), *after = value_get(right, field);
		if (!before || !after || !value_equal(before, after))
			add(arena, list, field, before, after);
	}
	return list;
}
