/* The functions every template has, and the methods of strings, lists and dicts. */
#include "host/jinja/runtime.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

/* --- functions: arguments are the list of positional ones and the map of keywords --- */

static struct value *run_range(struct run *run, const struct expression *at, struct value *none,
			       struct value **arguments)
{
	const struct value *given = arguments[0], *keywords = arguments[1];
	(void)none;
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

struct value *make_dict(struct run *run, const struct expression *at, struct value *none,
			struct value **arguments)
{
	const struct value *given = arguments[0], *keywords = arguments[1];
	(void)none;
	struct value *map = value_map(run->arena);
	for (size_t i = 0; i < given->list.len; i++) {
		const struct value *from = given->list.items[i];
		if (from->kind != VALUE_MAP)
			return run_fail(run, at, "dict takes a dict and keywords");
		for (size_t j = 0; j < from->map.len; j++)
			value_set(run->arena, map, from->map.entries[j].key,
				  from->map.entries[j].value);
	}
	for (size_t j = 0; j < keywords->map.len; j++)
		value_set(run->arena, map, keywords->map.entries[j].key,
			  keywords->map.entries[j].value);
	return map;
}

static struct value *run_namespace(struct run *run, const struct expression *at, struct value *none,
				   struct value **arguments)
{
	struct value *map = make_dict(run, at, none, arguments);
	if (map)
		map->type = "namespace";
	return map;
}

static const struct jinja_function globals[] = {
	{"range", "*", run_range},
	{"dict", "*", make_dict},
	{"namespace", "*", run_namespace},
};

struct value *find_global(struct run *run, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(globals); i++)
		if (strcmp(globals[i].name, name) == 0)
			return object_new(run, OBJECT_FUNCTION, (void *)&globals[i]);
	return NULL;
}
