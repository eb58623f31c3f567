#include "agent/render/functions/sprig.h"

#include <string.h>

enum { MAX_ITEMS = 1000000, MAX_DEPTH = 1000 };

static void set(const struct call *call, struct value *map, const struct value *key,
		struct value *value)
{
	value_setn(call->arena, map, key->string.data, key->string.len, value);
}

static struct value *get(const struct value *map, const struct value *key)
{
	return value_getn(map, key->string.data, key->string.len);
}

static struct value *dicts_dict(struct call *call, struct error *err)
{
	(void)err;
	struct value *map = value_map(call->arena);
	for (size_t i = 0; i < call->count; i += 2) {
		auto_buf struct buf key = {0};
		sprig_print(&key, call->args[i]);
		value_setn(call->arena, map, buf_text(&key), key.len,
			   i + 1 < call->count ? call->args[i + 1] : value_string(call->arena, ""));
	}
	return map;
}

static struct value *dicts_get(struct call *call, struct error *err)
{
	(void)err;
	struct value *found = get(call->args[0], call->args[1]);
	return found ? eval_element(call->state, found) : value_string(call->arena, "");
}

/* How far a value may still be walked through. */
struct walk {
	size_t items, depth;
};

/* Does `inner` hold the map, which would then have no end? `walk` has no items left where it was
 * not walked through to its end. */
static bool holds(const struct value *inner, const struct value *map, struct walk *walk)
{
	bool found = inner == map;
	if (!walk->items || !walk->depth)
		walk->items = 0;
	if (found || !walk->items)
		return found;
	walk->items--;
	walk->depth--;
	for (size_t i = 0; inner->kind == VALUE_LIST && i < inner->list.len && !found; i++)
		found = holds(inner->list.items[i], map, walk);
	for (size_t i = 0; inner->kind == VALUE_MAP && i < inner->map.len && !found; i++)
		found = holds(inner->map.entries[i].value, map, walk);
	walk->depth++;
	return found;
}

/* A value that holds another one many times over grows with each copy. */
static bool may_copy(const struct value *value, const struct value *into, struct error *err)
{
	struct walk walk = {MAX_ITEMS, MAX_DEPTH};
	if (holds(value, into, &walk))
		error_set(err, "a dict can't hold itself");
	else if (!walk.items)
		error_set(err, "the value has more than %d items or is nested deeper than %d",
			  MAX_ITEMS, MAX_DEPTH);
	else
		return true;
	return false;
}

static struct value *dicts_set(struct call *call, struct error *err)
{
	if (!may_copy(call->args[2], call->args[0], err))
		return NULL;
	set(call, call->args[0], call->args[1], call->args[2]);
	return call->args[0];
}

static struct value *dicts_unset(struct call *call, struct error *err)
{
	(void)err;
	if (strlen(call_text(call, 1)) == call_len(call, 1))
		value_unset(call->args[0], call_text(call, 1));
	return call->args[0];
}

static struct value *dicts_has_key(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, get(call->args[0], call->args[1]) != NULL);
}

static struct value *dicts_pluck(struct call *call, struct error *err)
{
	(void)err;
	struct value *list = value_list(call->arena);
	for (size_t i = 1; i < call->count; i++) {
		struct value *found = get(call->args[i], call->args[0]);
		if (found)
			value_append(call->arena, list, found);
	}
	return list;
}

/* In the order of the keys, where Go has any order. */
static struct value *dicts_keys(struct call *call, struct error *err)
{
	(void)err;
	struct value *list = type_strings(call->arena);
	for (size_t i = 0; i < call->count; i++) {
		const struct value_entry *entries = type_sorted(call->arena, call->args[i]);
		for (size_t j = 0; j < call->args[i]->map.len; j++)
			value_append(
				call->arena, list,
				value_stringn(call->arena, entries[j].key, entries[j].key_len));
	}
	return list;
}

static struct value *dicts_values(struct call *call, struct error *err)
{
	(void)err;
	struct value *list = value_list(call->arena);
	const struct value_entry *entries = type_sorted(call->arena, call->args[0]);
	for (size_t i = 0; i < call->args[0]->map.len; i++)
		value_append(call->arena, list, entries[i].value);
	return list;
}

static bool among(const struct call *call, const struct value_entry *entry)
{
	for (size_t i = 1; i < call->count; i++)
		if (call_len(call, i) == entry->key_len &&
		    memcmp(call_text(call, i), entry->key, entry->key_len) == 0)
			return true;
	return false;
}

static struct value *filtered(const struct call *call, bool named)
{
	struct value *map = value_map(call->arena);
	for (size_t i = 0; i < call->args[0]->map.len; i++) {
		const struct value_entry *entry = &call->args[0]->map.entries[i];
		if (among(call, entry) == named)
			value_setn(call->arena, map, entry->key, entry->key_len, entry->value);
	}
	return map;
}

static struct value *dicts_pick(struct call *call, struct error *err)
{
	(void)err;
	return filtered(call, true);
}

static struct value *dicts_omit(struct call *call, struct error *err)
{
	(void)err;
	return filtered(call, false);
}

/* As the library behind sprig decides where not both are maps: a map replaces only what is empty;
 * when overwriting, everything else replaces all, and otherwise nil never comes along. */
static bool replaces(const struct value *old, const struct value *new, bool overwrite)
{
	bool empty = !old || sprig_empty(old);
	if (new->kind == VALUE_MAP)
		return empty;
	return overwrite || (empty && new->kind != VALUE_NULL);
}

static void merge(const struct call *call, struct value *to, const struct value *from,
		  bool overwrite)
{
	for (size_t i = 0; i < from->map.len; i++) {
		const struct value_entry *entry = &from->map.entries[i];
		struct value *old = value_getn(to, entry->key, entry->key_len);
		bool maps = old && old->kind == VALUE_MAP && entry->value->kind == VALUE_MAP;
		if (maps && old != entry->value)
			merge(call, old, entry->value, overwrite);
		else if (!maps && replaces(old, entry->value, overwrite))
			value_setn(call->arena, to, entry->key, entry->key_len,
				   value_copy(call->arena, entry->value));
	}
}

static struct value *merged(const struct call *call, bool overwrite, struct error *err)
{
	for (size_t i = 1; i < call->count; i++) {
		if (call->args[i] == call->args[0])
			continue;
		if (!may_copy(call->args[i], call->args[0], err))
			return NULL;
		merge(call, call->args[0], call->args[i], overwrite);
	}
	return call->args[0];
}

static struct value *dicts_merge(struct call *call, struct error *err)
{
	return merged(call, false, err);
}

static struct value *dicts_merge_overwrite(struct call *call, struct error *err)
{
	return merged(call, true, err);
}

static struct value *dicts_copy(struct call *call, struct error *err)
{
	if (call->args[0]->kind == VALUE_NULL)
		return sprig_fail(err, "reflect: call of reflect.Value.Type on zero Value");
	return may_copy(call->args[0], NULL, err) ? value_copy(call->arena, call->args[0]) : NULL;
}

static bool is_dict(const struct value *value, struct error *err)
{
	if (value->kind == VALUE_MAP && !value->type)
		return true;
	error_set(err, "interface conversion: interface {} is %s, not map[string]interface {}",
		  value->kind == VALUE_NULL ? "nil" : type_name(value));
	return false;
}

static struct value *dicts_dig(struct call *call, struct error *err)
{
	if (call->count < 3)
		return sprig_fail(err, "dig needs at least three arguments");
	struct value *at = call->args[call->count - 1];
	if (!is_dict(at, err))
		return NULL;
	for (size_t i = 0; i + 2 < call->count; i++)
		if (call->args[i]->kind != VALUE_STRING) {
			error_set(err, "interface conversion: interface {} is %s, not string",
				  call->args[i]->kind == VALUE_NULL ? "nil"
								    : type_name(call->args[i]));
			return NULL;
		}
	for (size_t i = 0; i + 2 < call->count; i++) {
		if (!is_dict(at, err))
			return NULL;
		at = get(at, call->args[i]);
		if (!at)
			return call->args[call->count - 2];
	}
	return eval_element(call->state, at);
}

const struct function functions_sprig_dicts[] = {
	{"sprig_deepCopy", "a", dicts_copy},
	{"sprig_dict", "a*", dicts_dict},
	{"sprig_dig", "a*", dicts_dig},
	{"sprig_get", "Ms", dicts_get},
	{"sprig_hasKey", "Ms", dicts_has_key},
	{"sprig_keys", "M*", dicts_keys},
	{"sprig_merge", "MM*", dicts_merge},
	{"sprig_mergeOverwrite", "MM*", dicts_merge_overwrite},
	{"sprig_mustDeepCopy", "a", dicts_copy},
	{"sprig_mustMerge", "MM*", dicts_merge},
	{"sprig_mustMergeOverwrite", "MM*", dicts_merge_overwrite},
	{"sprig_omit", "Ms*", dicts_omit},
	{"sprig_pick", "Ms*", dicts_pick},
	{"sprig_pluck", "sM*", dicts_pluck},
	{"sprig_set", "Msa", dicts_set},
	{"sprig_unset", "Ms", dicts_unset},
	{"sprig_values", "M", dicts_values},
	{NULL, NULL, NULL},
};
