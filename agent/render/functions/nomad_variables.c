/* Nomad's variables. What a template gets of one are its items, a map; each prints as its value,
 * and leads to the variable it is part of. */
#include "agent/render/functions/functions.h"

#include "common/own.h"

#include <string.h>
#include <time.h>

/* --- an item --- */

struct item {
	struct value *key, *value, *parent;
};

static const struct item *item_of(const struct value *object)
{
	return object->object.data;
}

static const struct value *item_text(const struct value *object)
{
	return item_of(object)->value;
}

static struct value *item_key(struct call *call, struct error *err)
{
	(void)err;
	return item_of(call->receiver)->key;
}

static struct value *item_value(struct call *call, struct error *err)
{
	(void)err;
	return item_of(call->receiver)->value;
}

static struct value *item_parent(struct call *call, struct error *err)
{
	(void)err;
	return item_of(call->receiver)->parent;
}

static struct value *metadata_of(const struct call *call, const struct value *variable);

static struct value *item_metadata(struct call *call, struct error *err)
{
	(void)err;
	return metadata_of(call, item_of(call->receiver)->parent);
}

static const struct function item_methods[] = {
	{"Key", "", item_key},       {"Value", "", item_value},       {"String", "", item_value},
	{"Parent", "", item_parent}, {"Metadata", "", item_metadata}, {NULL, NULL, NULL},
};

static const struct class class_item = {"dependency.NomadVarItem", item_methods, item_text};

/* --- all items --- */

static const char items_type[] = "map[string]dependency.NomadVarItem";

/* A list or map of the items, by key; `add` puts one there. */
static struct value *each_item(struct call *call, struct value *made,
			       void (*add)(struct call *, struct value *, const struct item *))
{
	const struct value *items = call->receiver;
	const struct value_entry *entries = type_sorted(call->arena, items);
	for (size_t i = 0; i < items->map.len; i++)
		if (type_is_class(entries[i].value, &class_item))
			add(call, made, item_of(entries[i].value));
	return made;
}

static void add_key(struct call *call, struct value *list, const struct item *item)
{
	value_append(call->arena, list, item->key);
}

static void add_value(struct call *call, struct value *list, const struct item *item)
{
	value_append(call->arena, list, item->value);
}

static void add_tuple(struct call *call, struct value *list, const struct item *item)
{
	struct value *tuple = type_named(value_map(call->arena), "struct { K, V string }");
	value_set(call->arena, tuple, "K", item->key);
	value_set(call->arena, tuple, "V", item->value);
	value_append(call->arena, list, tuple);
}

static void add_entry(struct call *call, struct value *map, const struct item *item)
{
	value_set(call->arena, map, item->key->string.data, item->value);
}

static struct value *items_keys(struct call *call, struct error *err)
{
	(void)err;
	return each_item(call, type_strings(call->arena), add_key);
}

static struct value *items_values(struct call *call, struct error *err)
{
	(void)err;
	return each_item(call, type_strings(call->arena), add_value);
}

static struct value *items_tuples(struct call *call, struct error *err)
{
	(void)err;
	return each_item(call, call_list(call, "[]struct { K, V string }"), add_tuple);
}

static struct value *items_map(struct call *call, struct error *err)
{
	(void)err;
	return each_item(call, value_map(call->arena), add_entry);
}

static struct value *items_parent(struct call *call, struct error *err)
{
	(void)err;
	const struct value_map *map = &call->receiver->map;
	return map->len ? item_of(map->entries[0].value)->parent
			: type_named(value_null(call->arena), "*dependency.NomadVariable");
}

static struct value *items_metadata(struct call *call, struct error *err)
{
	(void)err;
	const struct value_map *map = &call->receiver->map;
	return map->len ? metadata_of(call, item_of(map->entries[0].value)->parent)
			: type_named(value_null(call->arena), "*dependency.NomadVarMeta");
}

static const struct function items_methods[] = {
	{"Keys", "", items_keys},    {"Values", "", items_values}, {"Tuples", "", items_tuples},
	{"ItemsMap", "", items_map}, {"Parent", "", items_parent}, {"Metadata", "", items_metadata},
	{NULL, NULL, NULL},
};

const struct class class_nomad_items = {items_type, items_methods, NULL};

/* --- the variable --- */

static const struct field metadata_fields[] = {
	{"Namespace", "Namespace", NULL},
	{"Path", "Path", NULL},
	{"CreateIndex", "CreateIndex", "uint64"},
	{"ModifyIndex", "ModifyIndex", "uint64"},
	{"CreateTime", "CreateTime", NULL},
	{"ModifyTime", "ModifyTime", NULL},
	{NULL, NULL, NULL},
};

static struct value *metadata_of(const struct call *call, const struct value *variable)
{
	return call_struct(call, "*dependency.NomadVarMeta", variable, metadata_fields);
}

/* Nanoseconds since 1970, as Go prints a time. JSON's numbers are doubles here, which know today's
 * times to 256 ns: they are given in microseconds. */
static struct value *time_text(struct arena *arena, const struct value *from)
{
	struct tm parts;
	char text[64], zone[32];
	int64_t nanoseconds = 0;
	if (value_is(from, VALUE_INT))
		nanoseconds = from->integer;
	else if (value_is(from, VALUE_FLOAT) && from->real > 0 && from->real < 9e18)
		nanoseconds = ((int64_t)from->real + 500) / 1000 * 1000;
	time_t seconds = (time_t)(nanoseconds / 1000000000);
	if (nanoseconds < 0 || !localtime_r(&seconds, &parts))
		return value_string(arena, "");
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
	strftime(zone, sizeof zone, "%z %Z", &parts);
	char *fraction = arena_printf(arena, ".%09lld", (long long)(nanoseconds % 1000000000));
	size_t len = strlen(fraction);
	while (len > 1 && fraction[len - 1] == '0')
		len--;
	fraction[len > 1 ? len : 0] = '\0';
	return value_string(arena, arena_printf(arena, "%s%s %s", text, fraction, zone));
}

/* A copy of the reply's metadata with times that can be read. */
static struct value *with_times(const struct call *call, const char *type, const struct value *from)
{
	static const char *const times[] = {"CreateTime", "ModifyTime"};
	struct value *made = call_struct(call, type, from, metadata_fields);
	for (size_t i = 0; i < COUNT_OF(times); i++)
		value_set(call->arena, made, times[i],
			  time_text(call->arena, value_get(from, times[i])));
	return made;
}

static struct value *items_of(const struct call *call, const struct value *from)
{
	struct arena *arena = call->arena;
	struct value *parent = with_times(call, "*dependency.NomadVariable", from);
	struct value *items = type_named(value_map(arena), items_type), *given = NULL;
	given = value_get(from, "Items");
	for (size_t i = 0; value_is(given, VALUE_MAP) && i < given->map.len; i++) {
		const struct value_entry *entry = &given->map.entries[i];
		if (!value_is(entry->value, VALUE_STRING))
			continue;
		struct item *item = arena_alloc(arena, sizeof *item);
		*item = (struct item){value_stringn(arena, entry->key, entry->key_len),
				      entry->value, parent};
		value_setn(arena, items, entry->key, entry->key_len,
			   value_object(arena, &class_item, item));
	}
	value_set(arena, parent, "Items", items);
	return items;
}

/* --- functions --- */

/* "path@namespace.region" */
static void split_place(struct call *call, struct query *query, const char *text)
{
	char *name = arena_strdup(call->arena, text + strspn(text, " ")), *at = strrchr(name, '@');
	query->want.name = name;
	if (!at)
		return;
	*at++ = '\0';
	char *region = strchr(at, '.');
	if (region)
		*region++ = '\0';
	if (*at)
		call_query_add(call, query, "namespace", at);
	if (region && *region)
		call_query_add(call, query, "region", region);
}

static int read_variable(struct call *call, struct value **found, struct error *err)
{
	struct query query = {.want = {.kind = "nomadVar"}};
	split_place(call, &query, call_text(call, 0));
	query.want.name += strspn(query.want.name, "/");
	size_t len = strlen(query.want.name);
	while (len && strchr("/ ", query.want.name[len - 1]))
		len--;
	query.want.name = arena_strndup(call->arena, query.want.name, len);
	*found = NULL;
	return len ? call_want(call, &query.want, found, err) : 1;
}

static struct value *nomad_variable(struct call *call, struct error *err)
{
	struct value *found;
	int got = read_variable(call, &found, err);
	if (got < 0)
		return NULL;
	struct value *empty = type_named(value_map(call->arena), items_type);
	if (got > 0)
		return empty;
	return found ? items_of(call, found)
		     : call_missing(call, "variable", call_text(call, 0), "missing", empty, err);
}

static struct value *nomad_variable_exists(struct call *call, struct error *err)
{
	struct value *found;
	if (read_variable(call, &found, err) < 0)
		return NULL;
	return value_bool(call->arena, found != NULL);
}

/* `safe`: an empty list is an error. */
static struct value *variables(struct call *call, bool safe, struct error *err)
{
	struct query query = {.want = {.kind = "nomadVarList"}};
	struct value *found, *list = call_list(call, "[]*dependency.NomadVarMeta");
	if (call->count > 1) {
		error_set(err, "a prefix or nothing, not %zu arguments", call->count);
		return NULL;
	}
	split_place(call, &query, call->count ? call_text(call, 0) : "");
	if (!query.want.name[strspn(query.want.name, "/")])
		query.want.name = "";
	int got = call_want(call, &query.want, &found, err);
	if (got < 0)
		return NULL;
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++)
		value_append(call->arena, list,
			     with_times(call, "*dependency.NomadVarMeta", found->list.items[i]));
	if (safe && !got && !list->list.len)
		return call_missing(call, "prefix", query.want.name, "empty", list, err);
	return list;
}

static struct value *nomad_variables(struct call *call, struct error *err)
{
	return variables(call, false, err);
}

static struct value *nomad_variables_safe(struct call *call, struct error *err)
{
	return variables(call, true, err);
}

const struct function functions_nomad_variables[] = {
	{"nomadVar", "s", nomad_variable},
	{"nomadVarExists", "s", nomad_variable_exists},
	{"nomadVarList", "s*", nomad_variables},
	{"nomadVarListSafe", "s*", nomad_variables_safe},
	{NULL, NULL, NULL},
};
