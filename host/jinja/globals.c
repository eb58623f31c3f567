/* The functions every template has, and the methods of strings, lists and dicts. */
#include "host/jinja/runtime.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

/* --- functions: subject is the list of positional arguments, *arguments the map of keywords --- */

static struct value *run_range(struct run *run, const struct expression *at, struct value *given,
			       struct value **keywords)
{
	int64_t parts[3] = {0, 0, 1};
	size_t count = given->list.len;
	(void)keywords;
	if (count < 1 || count > 3)
		return run_fail(run, at, "range takes one to three integers");
	for (size_t i = 0; i < count; i++) {
		if (given->list.items[i]->kind != VALUE_INT)
			return run_fail(run, at, "range takes one to three integers");
		parts[count == 1 ? 1 : i] = given->list.items[i]->integer;
	}
	if (parts[2] == 0)
		return run_fail(run, at, "range's step must not be zero");
	struct value *list = value_list(run->arena);
	for (int64_t i = parts[0]; parts[2] > 0 ? i < parts[1] : i > parts[1]; i += parts[2]) {
		if (list->list.len >= RUN_MOST_TURNS)
			return run_fail(run, at, "this range has more than %d members",
					RUN_MOST_TURNS);
		value_append(run->arena, list, value_int(run->arena, i));
	}
	return list;
}

static struct value *run_dict(struct run *run, const struct expression *at, struct value *given,
			      struct value **keywords)
{
	struct value *map = value_map(run->arena);
	for (size_t i = 0; i < given->list.len; i++) {
		const struct value *from = given->list.items[i];
		if (from->kind != VALUE_MAP)
			return run_fail(run, at, "dict takes a dict and keywords");
		for (size_t j = 0; j < from->map.len; j++)
			value_set(run->arena, map, from->map.entries[j].key,
				  from->map.entries[j].value);
	}
	for (size_t j = 0; j < (*keywords)->map.len; j++)
		value_set(run->arena, map, (*keywords)->map.entries[j].key,
			  (*keywords)->map.entries[j].value);
	return map;
}

static struct value *run_namespace(struct run *run, const struct expression *at,
				   struct value *given, struct value **keywords)
{
	struct value *map = run_dict(run, at, given, keywords);
	if (map)
		map->type = "namespace";
	return map;
}

static const struct jinja_function globals[] = {
	{"range", "*", run_range},
	{"dict", "*", run_dict},
	{"namespace", "*", run_namespace},
};

struct value *find_global(struct run *run, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(globals); i++)
		if (strcmp(globals[i].name, name) == 0)
			return object_new(run, OBJECT_FUNCTION, (void *)&globals[i]);
	return NULL;
}

/* --- methods of dicts --- */

static struct value *map_items(struct run *run, const struct expression *at, struct value *map,
			       struct value **arguments)
{
	struct value *list = value_list(run->arena);
	(void)at;
	(void)arguments;
	for (size_t i = 0; i < map->map.len; i++) {
		struct value *pair = tuple_new(run);
		value_append(run->arena, pair,
			     value_stringn(run->arena, map->map.entries[i].key,
					   map->map.entries[i].key_len));
		value_append(run->arena, pair, map->map.entries[i].value);
		value_append(run->arena, list, pair);
	}
	return list;
}

static struct value *map_keys(struct run *run, const struct expression *at, struct value *map,
			      struct value **arguments)
{
	(void)arguments;
	return iterate(run, at, map);
}

static struct value *map_values(struct run *run, const struct expression *at, struct value *map,
				struct value **arguments)
{
	struct value *list = value_list(run->arena);
	(void)at;
	(void)arguments;
	for (size_t i = 0; i < map->map.len; i++)
		value_append(run->arena, list, map->map.entries[i].value);
	return list;
}

static struct value *map_get(struct run *run, const struct expression *at, struct value *map,
			     struct value **arguments)
{
	if (!arguments[0])
		return run_fail(run, at, "'get' needs a key");
	const struct value *key = text_of(run, arguments[0]);
	struct value *found = value_getn(map, key->string.data, key->string.len);
	if (found)
		return found;
	return arguments[1] ? arguments[1] : value_null(run->arena);
}

static struct value *map_update(struct run *run, const struct expression *at, struct value *map,
				struct value **arguments)
{
	const struct value *from = arguments[0];
	if (from->kind != VALUE_MAP)
		return run_fail(run, at, "'update' takes a dict");
	for (size_t i = 0; i < from->map.len; i++)
		value_set(run->arena, map, from->map.entries[i].key, from->map.entries[i].value);
	return value_null(run->arena);
}

/* --- methods of lists --- */

static struct value *list_append(struct run *run, const struct expression *at, struct value *list,
				 struct value **arguments)
{
	(void)at;
	value_append(run->arena, list, arguments[0]);
	return value_null(run->arena);
}

static struct value *list_extend(struct run *run, const struct expression *at, struct value *list,
				 struct value **arguments)
{
	const struct value *items = iterate(run, at, arguments[0]);
	size_t count = items ? items->list.len : 0;
	for (size_t i = 0; i < count; i++)
		value_append(run->arena, list, items->list.items[i]);
	return items ? value_null(run->arena) : NULL;
}

static struct value *list_count(struct run *run, const struct expression *at, struct value *list,
				struct value **arguments)
{
	int64_t count = 0;
	for (size_t i = 0; i < list->list.len; i++) {
		bool is_true;
		if (compare(run, at, "==", list->list.items[i], arguments[0], &is_true) < 0)
			return NULL;
		count += is_true;
	}
	return value_int(run->arena, count);
}

static struct value *list_index(struct run *run, const struct expression *at, struct value *list,
				struct value **arguments)
{
	for (size_t i = 0; i < list->list.len; i++) {
		bool is_true;
		if (compare(run, at, "==", list->list.items[i], arguments[0], &is_true) < 0)
			return NULL;
		if (is_true)
			return value_int(run->arena, (int64_t)i);
	}
	return run_fail(run, at, "the value is not in the list");
}

static const struct jinja_function map_methods[] = {
	{"items", "", map_items},         {"keys", "", map_keys},
	{"values", "", map_values},       {"get", "key,default", map_get},
	{"update", "!other", map_update},
};

static const struct jinja_function list_methods[] = {
	{"append", "!object", list_append},
	{"extend", "!iterable", list_extend},
	{"count", "!value", list_count},
	{"index", "!value", list_index},
};

/* `loop.cycle(a, b)` */
static struct value *loop_cycle(struct run *run, const struct expression *at, struct value *loop,
				struct value **arguments)
{
	size_t count = 0;
	while (count < 8 && arguments[count])
		count++;
	if (!count)
		return run_fail(run, at, "'cycle' needs values");
	return arguments[(size_t)value_get(loop, "index0")->integer % count];
}

static const struct jinja_function loop_methods[] = {{"cycle", "a,b,c,d,e,f,g,h", loop_cycle}};

static const struct jinja_function *find_in(const struct jinja_function *table, size_t count,
					    const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const struct jinja_function *find_method(const struct value *subject, const char *name)
{
	if (subject->kind == VALUE_STRING)
		return find_string_method(name);
	if (subject->kind == VALUE_LIST)
		return find_in(list_methods, COUNT_OF(list_methods), name);
	if (subject->kind != VALUE_MAP)
		return NULL;
	if (subject->type && strcmp(subject->type, "loop") == 0)
		return find_in(loop_methods, COUNT_OF(loop_methods), name);
	if (subject->type && strcmp(subject->type, "namespace") == 0)
		return NULL;
	return find_in(map_methods, COUNT_OF(map_methods), name);
}
