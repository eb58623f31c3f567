#include "agent/render/functions/functions.h"

#include "agent/render/template/gofmt.h"
#include "agent/render/template/strconv.h"

#include <string.h>

static bool same_element(const struct value *element, const struct value *needle)
{
	if (element->kind != needle->kind)
		return false;
	if (element->kind == VALUE_INT)
		return element->integer == needle->integer && !type_is_unsigned(element) &&
		       !type_is_unsigned(needle);
	return (element->kind == VALUE_FLOAT || element->kind == VALUE_STRING) &&
	       value_equal(element, needle);
}

bool collection_has(const struct value *collection, const struct value *needle)
{
	if (value_is(collection, VALUE_STRING) && needle->kind == VALUE_STRING)
		return memmem(collection->string.data, collection->string.len, needle->string.data,
			      needle->string.len) != NULL;
	for (size_t i = 0; value_is(collection, VALUE_LIST) && i < collection->list.len; i++)
		if (same_element(collection->list.items[i], needle))
			return true;
	return false;
}

static struct value *collections_in(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, collection_has(call->args[0], call->args[1]));
}

static struct value *collections_contains(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, collection_has(call->args[1], call->args[0]));
}

/* Does a needle whose being there is `there` exist? */
static struct value *some_needle(struct call *call, bool there, bool answer, struct error *err)
{
	const struct value *needles = call->args[0];
	if (needles->kind != VALUE_LIST && needles->kind != VALUE_NULL) {
		error_set(err, "the needles are no list but a %s", type_name(needles));
		return NULL;
	}
	for (size_t i = 0; needles->kind == VALUE_LIST && i < needles->list.len; i++)
		if (collection_has(call->args[1], needles->list.items[i]) == there)
			return value_bool(call->arena, answer);
	return value_bool(call->arena, !answer);
}

static struct value *collections_contains_all(struct call *call, struct error *err)
{
	return some_needle(call, false, false, err);
}

static struct value *collections_contains_any(struct call *call, struct error *err)
{
	return some_needle(call, true, true, err);
}

static struct value *collections_contains_none(struct call *call, struct error *err)
{
	return some_needle(call, true, false, err);
}

static struct value *collections_contains_not_all(struct call *call, struct error *err)
{
	return some_needle(call, false, true, err);
}

static int loop_bound(const struct value *value, int64_t *bound, struct error *err)
{
	*bound = value->kind == VALUE_INT ? value->integer : 0;
	if (value->kind == VALUE_INT)
		return 0;
	if (value->kind != VALUE_STRING)
		return error_set(err, "loop: bad argument type: %s", type_name(value));
	auto_buf struct buf why = {0};
	const char *text = value->string.data;
	size_t len = value->string.len;
	enum strconv_status status = len ? strconv_int(text, len, 10, bound) : STRCONV_OK;
	if (status == STRCONV_OK)
		return 0;
	strconv_explain(&why, "ParseInt", text, len, status);
	return error_set(err, "parseInt: %s", buf_text(&why));
}

static struct value *collections_loop(struct call *call, struct error *err)
{
	struct loop *loop = arena_alloc(call->arena, sizeof *loop);
	if (call->count != 1 && call->count != 2) {
		error_set(err, "loop: wrong number of arguments, expected 1 or 2, but got %zu",
			  call->count);
		return NULL;
	}
	if (call->count == 2 && loop_bound(call->args[0], &loop->next, err) < 0)
		return NULL;
	if (loop_bound(call->args[call->count - 1], &loop->stop, err) < 0)
		return NULL;
	return value_object(call->arena, &class_loop, loop);
}

int collection_explode(struct arena *arena, struct value *map, const char *path,
		       struct value *value, struct error *err)
{
	for (const char *slash; (slash = strchr(path, '/')); path = slash + 1) {
		size_t len = (size_t)(slash - path);
		struct value *below = value_getn(map, path, len);
		if (!below) {
			below = value_map(arena);
			value_setn(arena, map, path, len, below);
		}
		if (below->kind != VALUE_MAP) {
			auto_buf struct buf text = {0};
			gofmt_value(&text, below);
			return error_set(err,
					 "not a map: \"%s\": \"%.*s\" already has value \"%s\"",
					 path, (int)len, path, buf_text(&text));
		}
		map = below;
	}
	if (*path)
		value_set(arena, map, path, value);
	return 0;
}

static struct value *collections_explode(struct call *call, struct error *err)
{
	struct value *map = value_map(call->arena);
	const struct value *pairs = call->args[0];
	for (size_t i = 0; i < pairs->list.len; i++) {
		const struct value *pair = pairs->list.items[i];
		if (collection_explode(call->arena, map, value_text(value_get(pair, "Key")),
				       value_get(pair, "Value"), err) < 0) {
			error_wrap(err, "explode");
			return NULL;
		}
	}
	return map;
}

static bool is_map(const struct value *value, struct error *err)
{
	if (value->kind == VALUE_MAP && !type_is_struct(value))
		return true;
	error_set(err, "a map is needed here, not a %s", type_name(value));
	return false;
}

static struct value *collections_explode_map(struct call *call, struct error *err)
{
	struct value *made = value_map(call->arena);
	const struct value *map = call->args[0];
	if (!is_map(map, err))
		return NULL;
	const struct value_entry *entries = type_sorted(call->arena, map);
	for (size_t i = 0; i < map->map.len; i++) {
		struct value *value = value_copy(call->arena, entries[i].value);
		if (collection_explode(call->arena, made, entries[i].key, value, err) < 0) {
			error_wrap(err, "explodeMap");
			return NULL;
		}
	}
	return made;
}

/* Pairs by the first part of their keys, which they lose. */
static struct value *collections_by_key(struct call *call, struct error *err)
{
	(void)err;
	struct arena *arena = call->arena;
	const struct value *pairs = call->args[0];
	struct value *groups =
		type_named(value_map(arena), "map[string]map[string]*dependency.KeyPair");
	for (size_t i = 0; i < pairs->list.len; i++) {
		const char *key = value_text(value_get(pairs->list.items[i], "Key"));
		const char *slash = key ? strchr(key, '/') : NULL;
		if (!slash || !slash[1])
			continue;
		struct value *group = value_getn(groups, key, (size_t)(slash - key));
		if (!group) {
			group = type_named(value_map(arena), "map[string]*dependency.KeyPair");
			value_setn(arena, groups, key, (size_t)(slash - key), group);
		}
		struct value *pair = value_copy(arena, pairs->list.items[i]);
		value_set(arena, pair, "Key", value_string(arena, slash + 1));
		value_set(arena, group, slash + 1, pair);
	}
	return groups;
}

static bool is_empty(const struct value *value)
{
	return !type_truth(value);
}

enum { MERGE_DEPTH = 100 };

static void merge(struct arena *arena, struct value *into, const struct value *from, bool override,
		  unsigned depth)
{
	for (size_t i = 0; i < from->map.len; i++) {
		const struct value_entry *entry = &from->map.entries[i];
		struct value *there = value_getn(into, entry->key, entry->key_len);
		if (value_is(there, VALUE_MAP) && entry->value->kind == VALUE_MAP &&
		    depth < MERGE_DEPTH)
			merge(arena, there, entry->value, override, depth + 1);
		else if (!there || is_empty(there) || (override && !is_empty(entry->value)))
			value_setn(arena, into, entry->key, entry->key_len,
				   value_copy(arena, entry->value));
	}
}

static struct value *merged(struct call *call, bool override, struct error *err)
{
	if (!is_map(call->args[0], err) || !is_map(call->args[1], err))
		return NULL;
	struct value *into = value_copy(call->arena, call->args[0]);
	merge(call->arena, into, call->args[1], override, 0);
	return into;
}

static struct value *collections_merge(struct call *call, struct error *err)
{
	return merged(call, false, err);
}

static struct value *collections_merge_override(struct call *call, struct error *err)
{
	return merged(call, true, err);
}

const struct function functions_collections[] = {
	{"in", "aa", collections_in},
	{"contains", "aa", collections_contains},
	{"containsAll", "aa", collections_contains_all},
	{"containsAny", "aa", collections_contains_any},
	{"containsNone", "aa", collections_contains_none},
	{"containsNotAll", "aa", collections_contains_not_all},
	{"loop", "a*", collections_loop},
	{"explode", "P", collections_explode},
	{"explodeMap", "a", collections_explode_map},
	{"byKey", "P", collections_by_key},
	{"mergeMap", "aa", collections_merge},
	{"mergeMapWithOverride", "aa", collections_merge_override},
	{NULL, NULL, NULL},
};
