#include "agent/render/functions/functions.h"

#include "common/hash.h"
#include "common/json.h"

#include <string.h>

static void sort_maps(struct value *value)
{
	if (value->kind == VALUE_LIST)
		for (size_t i = 0; i < value->list.len; i++)
			sort_maps(value->list.items[i]);
	if (value->kind != VALUE_MAP)
		return;
	value_sort_map(value);
	for (size_t i = 0; i < value->map.len; i++)
		sort_maps(value->map.entries[i].value);
}

static void hash_json(struct hash *hash, const struct value *value)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf json = {0};
	struct value *sorted = value_copy(&arena, value);
	sort_maps(sorted);
	json_write(&json, sorted);
	hash_add(hash, buf_text(&json), json.len);
}

/* The hash of compact JSON with sorted keys; "" for a missing value. A list is hashed item by item,
 * so that a large tree is never copied as a whole. */
static void hash_value(const struct value *value, char hex[HASH_HEX])
{
	hex[0] = '\0';
	if (!value)
		return;
	struct hash *hash = hash_new();
	bool list = value->kind == VALUE_LIST;
	if (!list)
		hash_json(hash, value);
	for (size_t i = 0; list && i < value->list.len; i++) {
		hash_add(hash, i ? "," : "[", 1);
		hash_json(hash, value->list.items[i]);
	}
	if (list)
		hash_add(hash, value->list.len ? "]" : "[]", value->list.len ? 1 : 2);
	hash_finish(hash, hex);
}

static const char *read_key(struct call *call, const char *kind, const char *name)
{
	return arena_printf(call->arena, "%s %s", kind, name);
}

static void append_read(struct call *call, const char *kind, const char *name,
			const struct value *value)
{
	char hex[HASH_HEX];
	struct arena *arena = call->arena;
	struct value *read = value_map(arena);
	hash_value(value, hex);
	value_set(arena, read, "kind", value_string(arena, kind));
	value_set(arena, read, "name", value_string(arena, name));
	value_set(arena, read, "hash", value_string(arena, hex));
	value_append(arena, call->state->rendering->reads, read);
}

void call_record(struct call *call, const char *kind, const char *name, const struct value *value)
{
	struct rendering *rendering = call->state->rendering;
	const char *key = read_key(call, kind, name);
	if (value_get(rendering->answers, key))
		return;
	value_set(call->arena, rendering->answers, key,
		  value ? value_copy(call->arena, value) : value_null(call->arena));
	append_read(call, kind, name, value);
}

/* "app/name@dc1" */
static struct want split_name(struct call *call, const char *kind, const char *name)
{
	const char *at = strrchr(name, '@');
	struct want want = {.kind = kind, .name = name};
	if (at && at[1] && !strchr(at, '/')) {
		want.name = arena_strndup(call->arena, name, (size_t)(at - name));
		want.datacenter = at + 1;
	}
	return want;
}

int call_read(struct call *call, const char *kind, const char *name, struct value **found,
	      struct error *err)
{
	struct rendering *rendering = call->state->rendering;
	const char *key = read_key(call, kind, name);
	struct value *known = value_get(rendering->answers, key);
	*found = known;
	if (!known) {
		struct want want = split_name(call, kind, name);
		if (!rendering->source)
			return error_set(err, "there is no source of values to ask for \"%s\"",
					 name);
		if (rendering->source->get(rendering->source, &want, call->arena, found, err) < 0)
			return -1;
		append_read(call, kind, name, *found);
		known = *found ? *found : value_null(call->arena);
		value_set(call->arena, rendering->answers, key, known);
	}
	if (known->kind == VALUE_NULL)
		*found = NULL;
	return 0;
}
