/* The functions every template has, and the methods of strings, lists and dicts. */
#include "host/jinja/runtime.h"

#include "common/own.h"

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

/* A dict's members, or a list of pairs. */
static int add_members(struct run *run, const struct expression *at, struct value *map,
		       struct value *from)
{
	const struct value *items = iterate(run, at, from);
	for (size_t i = 0; items && i < items->list.len; i++) {
		struct value *key = items->list.items[i], *value = NULL;
		if (from->kind == VALUE_MAP) {
			value = from->map.entries[i].value;
		} else {
			const struct value *pair = iterate(run, at, key);
			if (!pair || pair->list.len != 2) {
				run_fail(run, at, "a dict is made of pairs, or of a dict");
				return -1;
			}
			key = pair->list.items[0];
			value = pair->list.items[1];
		}
		if (!need_defined(run, at, key) || check_printable(run, at, key) < 0)
			return -1;
		key = text_of(run, key);
		value_setn(run->arena, map, key->string.data, key->string.len, value);
	}
	return items ? 0 : -1;
}

struct value *make_dict(struct run *run, const struct expression *at, struct value *none,
			struct value **arguments)
{
	const struct value *given = arguments[0], *keywords = arguments[1];
	(void)none;
	struct value *map = value_map(run->arena);
	for (size_t i = 0; i < given->list.len; i++) {
		if (add_members(run, at, map, given->list.items[i]) < 0)
			return NULL;
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

static struct value *run_cycler(struct run *run, const struct expression *at, struct value *none,
				struct value **arguments)
{
	struct value *given = arguments[0], *cycler = value_map(run->arena);
	(void)none;
	if (!given->list.len || arguments[1]->map.len)
		return run_fail(run, at, "cycler takes one value or more");
	value_set(run->arena, cycler, "current", given->list.items[0]);
	value_set(run->arena, cycler, "(items)", given);
	value_set(run->arena, cycler, "(at)", value_int(run->arena, 0));
	cycler->type = "cycler";
	return cycler;
}

static struct value *run_joiner(struct run *run, const struct expression *at, struct value *none,
				struct value **arguments)
{
	struct joiner *joiner = arena_alloc(run->arena, sizeof *joiner);
	(void)at;
	(void)none;
	joiner->separator = arguments[0] ? arguments[0] : value_string(run->arena, ", ");
	return object_new(run, OBJECT_JOINER, joiner);
}

static const struct jinja_function globals[] = {
	{"range", "*", run_range},         {"dict", "*", make_dict},
	{"namespace", "*", run_namespace}, {"cycler", "*", run_cycler},
	{"joiner", "sep", run_joiner},
};

struct value *find_global(struct run *run, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(globals); i++)
		if (strcmp(globals[i].name, name) == 0)
			return object_new(run, OBJECT_FUNCTION, (void *)&globals[i]);
	return NULL;
}
