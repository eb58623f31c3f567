/* Lists and dicts may hold themselves, or the same list many times: what walks through a value asks
 * here first whether the walk ends. */
#include "host/jinja/runtime.h"

enum { DEEPEST_VALUE = 200 };

struct walk {
	struct run *run;
	const struct expression *at;
	size_t left; /* values that may still be met */
	bool cycles; /* may a value hold itself? */
};

bool is_inside(const struct ancestor *ancestors, const struct value *value)
{
	for (; ancestors; ancestors = ancestors->outer)
		if (ancestors->value == value)
			return true;
	return false;
}

static int refuse(const struct walk *walk, const char *why)
{
	run_fail(walk->run, walk->at, "this value %s", why);
	return -1;
}

static int walk_value(struct walk *walk, const struct value *value, const struct ancestor *outer,
		      unsigned depth)
{
	struct ancestor here = {value, outer};
	int status = 0;
	if (value->kind != VALUE_LIST && value->kind != VALUE_MAP)
		return 0;
	if (is_inside(outer, value))
		return walk->cycles ? 0 : refuse(walk, "contains itself");
	if (depth > DEEPEST_VALUE)
		return refuse(walk, "is nested too deeply");
	size_t count = value->kind == VALUE_LIST ? value->list.len : value->map.len;
	if (count > walk->left)
		return refuse(walk, "is too large: the same list or dict is in it many times");
	walk->left -= count;
	for (size_t i = 0; status == 0 && i < count; i++)
		status = walk_value(walk,
				    value->kind == VALUE_LIST ? value->list.items[i]
							      : value->map.entries[i].value,
				    &here, depth + 1);
	return status;
}

int check_printable(struct run *run, const struct expression *at, const struct value *value)
{
	struct walk walk = {.run = run, .at = at, .left = RUN_MOST_VALUES, .cycles = true};
	return walk_value(&walk, value, NULL, 0);
}

int check_tree(struct run *run, const struct expression *at, const struct value *value)
{
	struct walk walk = {.run = run, .at = at, .left = RUN_MOST_VALUES};
	return walk_value(&walk, value, NULL, 0);
}
