/* The methods of lists, dicts and loops. */
#include "host/jinja/runtime.h"

#include "common/own.h"

#include <string.h>

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
	const struct value *from = make_dict(run, at, NULL, arguments);
	for (size_t i = 0; from && i < from->map.len; i++)
		value_setn(run->arena, map, from->map.entries[i].key, from->map.entries[i].key_len,
			   from->map.entries[i].value);
	return from ? value_null(run->arena) : NULL;
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

/* --- more of lists --- */

/* An index as Python's lists take it; -1 where there is none. */
static int64_t position(const struct value *list, const struct value *index)
{
	int64_t at = value_is(index, VALUE_INT) ? index->integer : -1;
	at += at < 0 ? (int64_t)list->list.len : 0;
	return at >= 0 && at < (int64_t)list->list.len ? at : -1;
}

static void take_out(struct value *list, size_t at)
{
	memmove(list->list.items + at, list->list.items + at + 1,
		(list->list.len - at - 1) * sizeof *list->list.items);
	list->list.len--;
}

static struct value *list_pop(struct run *run, const struct expression *at, struct value *list,
			      struct value **arguments)
{
	int64_t i = position(list, arguments[0]);
	if (i < 0)
		return run_fail(run, at, "pop: the list is empty, or has no such index");
	struct value *item = list->list.items[i];
	take_out(list, (size_t)i);
	return item;
}

static struct value *list_insert(struct run *run, const struct expression *at, struct value *list,
				 struct value **arguments)
{
	int64_t len = (int64_t)list->list.len;
	if (arguments[0]->kind != VALUE_INT)
		return run_fail(run, at, "insert: the index must be an integer");
	int64_t i = arguments[0]->integer;
	i = i < 0 ? (i < -len ? 0 : i + len) : i > len ? len : i;
	value_append(run->arena, list, arguments[1]);
	memmove(list->list.items + i + 1, list->list.items + i,
		(size_t)(len - i) * sizeof *list->list.items);
	list->list.items[i] = arguments[1];
	return value_null(run->arena);
}

static struct value *list_remove(struct run *run, const struct expression *at, struct value *list,
				 struct value **arguments)
{
	const struct value *found = list_index(run, at, list, arguments);
	if (!found)
		return NULL;
	take_out(list, (size_t)found->integer);
	return value_null(run->arena);
}

static struct value *list_reverse(struct run *run, const struct expression *at, struct value *list,
				  struct value **arguments)
{
	(void)at;
	(void)arguments;
	for (size_t i = 0, j = list->list.len; i + 1 < j; i++) {
		struct value *item = list->list.items[i];
		list->list.items[i] = list->list.items[--j];
		list->list.items[j] = item;
	}
	return value_null(run->arena);
}

static struct value *list_sort(struct run *run, const struct expression *at, struct value *list,
			       struct value **arguments)
{
	struct value *how[] = {arguments[0], value_bool(run->arena, true), NULL};
	const struct value *sorted = find_filter("sort")->run(run, at, list, how);
	if (!sorted)
		return NULL;
	list->list = sorted->list;
	return value_null(run->arena);
}

static struct value *list_clear(struct run *run, const struct expression *at, struct value *list,
				struct value **arguments)
{
	(void)at;
	(void)arguments;
	list->list.len = 0;
	return value_null(run->arena);
}

static struct value *list_copy(struct run *run, const struct expression *at, struct value *list,
			       struct value **arguments)
{
	(void)arguments;
	return find_filter("list")->run(run, at, list, NULL);
}

static struct value *map_copy(struct run *run, const struct expression *at, struct value *map,
			      struct value **arguments)
{
	struct value *given = value_list(run->arena);
	(void)arguments;
	value_append(run->arena, given, map);
	return make_dict(run, at, NULL, (struct value *[]){given, value_map(run->arena)});
}

static struct value *map_pop(struct run *run, const struct expression *at, struct value *map,
			     struct value **arguments)
{
	const char *key = arguments[0] ? text_of(run, arguments[0])->string.data : NULL;
	struct value *found = key ? value_get(map, key) : NULL;
	if (!found && arguments[1])
		return arguments[1];
	if (!found)
		return run_fail(run, at, "pop: the dict has no such key");
	value_unset(map, key);
	return found;
}

static struct value *map_setdefault(struct run *run, const struct expression *at, struct value *map,
				    struct value **arguments)
{
	struct value *otherwise = arguments[1] ? arguments[1] : value_null(run->arena);
	if (!arguments[0])
		return run_fail(run, at, "'setdefault' needs a key");
	const struct value *key = text_of(run, arguments[0]);
	struct value *found = value_getn(map, key->string.data, key->string.len);
	if (found)
		return found;
	value_setn(run->arena, map, key->string.data, key->string.len, otherwise);
	return otherwise;
}

static const struct jinja_function map_methods[] = {
	{"copy", "", map_copy},          {"get", "key,default", map_get},
	{"items", "", map_items},        {"keys", "", map_keys},
	{"pop", "key,default", map_pop}, {"setdefault", "key,default", map_setdefault},
	{"update", "*", map_update},     {"values", "", map_values},
};

static const struct jinja_function list_methods[] = {
	{"append", "!object", list_append},
	{"clear", "", list_clear},
	{"copy", "", list_copy},
	{"count", "!value", list_count},
	{"extend", "!iterable", list_extend},
	{"index", "!value", list_index},
	{"insert", "!index,!object", list_insert},
	{"pop", "index", list_pop},
	{"remove", "!value", list_remove},
	{"reverse", "", list_reverse},
	{"sort", "reverse", list_sort},
};

/* `loop.cycle(a, b)` */
static struct value *loop_cycle(struct run *run, const struct expression *at, struct value *loop,
				struct value **arguments)
{
	const struct value *given = arguments[0];
	if (!given->list.len)
		return run_fail(run, at, "'cycle' needs values");
	return given->list.items[(size_t)value_get(loop, "index0")->integer % given->list.len];
}

/* `loop.changed(value)`: is it another than in the call before? */
static struct value *loop_changed(struct run *run, const struct expression *at, struct value *loop,
				  struct value **arguments)
{
	bool failed = false;
	const struct value *before = value_get(loop, "(changed)");
	bool same = before && equal(run, at, before, arguments[0], &failed);
	value_set(run->arena, loop, "(changed)", arguments[0]);
	return failed ? NULL : value_bool(run->arena, !same);
}

static const struct jinja_function loop_methods[] = {{"cycle", "*", loop_cycle},
						     {"changed", "*", loop_changed}};

static struct value *cycle_to(struct run *run, struct value *cycler, size_t at)
{
	const struct value *items = value_get(cycler, "(items)");
	at %= items->list.len;
	value_set(run->arena, cycler, "(at)", value_int(run->arena, (int64_t)at));
	value_set(run->arena, cycler, "current", items->list.items[at]);
	return items->list.items[at];
}

static struct value *cycler_next(struct run *run, const struct expression *at, struct value *cycler,
				 struct value **arguments)
{
	struct value *current = value_get(cycler, "current");
	(void)at;
	(void)arguments;
	cycle_to(run, cycler, (size_t)value_get(cycler, "(at)")->integer + 1);
	return current;
}

static struct value *cycler_reset(struct run *run, const struct expression *at,
				  struct value *cycler, struct value **arguments)
{
	(void)at;
	(void)arguments;
	cycle_to(run, cycler, 0);
	return value_null(run->arena);
}

static const struct jinja_function cycler_methods[] = {{"next", "", cycler_next},
						       {"reset", "", cycler_reset}};

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
	if (is_tuple(subject) && strcmp(name, "count") != 0 && strcmp(name, "index") != 0)
		return NULL;
	if (subject->kind == VALUE_LIST)
		return find_in(list_methods, COUNT_OF(list_methods), name);
	if (subject->kind != VALUE_MAP)
		return NULL;
	if (subject->type && strcmp(subject->type, "loop") == 0)
		return find_in(loop_methods, COUNT_OF(loop_methods), name);
	if (subject->type && strcmp(subject->type, "cycler") == 0)
		return find_in(cycler_methods, COUNT_OF(cycler_methods), name);
	if (subject->type &&
	    (strcmp(subject->type, "namespace") == 0 || strcmp(subject->type, "module") == 0))
		return NULL;
	return find_in(map_methods, COUNT_OF(map_methods), name);
}
