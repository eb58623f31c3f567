#include "agent/render/functions/sprig.h"

/* The name of a list function is in its error: "Cannot find last on type string". */
static bool is_list(const struct value *value, const char *refusal, struct error *err)
{
	if (value->kind == VALUE_LIST)
		return true;
	if (value->kind == VALUE_NULL)
		error_set(err, "%s", SPRIG_NIL);
	else
		error_set(err, "%s %s", refusal, sprig_kind(value));
	return false;
}

static struct value *part(const struct call *call, const struct value *list, size_t from,
			  size_t end)
{
	struct value *copy = value_list(call->arena);
	for (size_t i = from; i < end; i++)
		value_append(call->arena, copy, list->list.items[i]);
	return copy;
}

static struct value *item(const struct call *call, const struct value *list, size_t at)
{
	return at < list->list.len ? eval_element(call->state, list->list.items[at])
				   : type_nil(call->arena);
}

static struct value *lists_list(struct call *call, struct error *err)
{
	(void)err;
	struct value *list = value_list(call->arena);
	for (size_t i = 0; i < call->count; i++)
		value_append(call->arena, list, call->args[i]);
	return list;
}

static struct value *lists_append(struct call *call, struct error *err)
{
	if (!is_list(call->args[0], "Cannot push on type", err))
		return NULL;
	struct value *list = part(call, call->args[0], 0, call->args[0]->list.len);
	value_append(call->arena, list, call->args[1]);
	return list;
}

static struct value *lists_prepend(struct call *call, struct error *err)
{
	const struct value *given = call->args[0];
	if (!is_list(given, "Cannot prepend on type", err))
		return NULL;
	struct value *list = value_list(call->arena);
	value_append(call->arena, list, call->args[1]);
	for (size_t i = 0; i < given->list.len; i++)
		value_append(call->arena, list, given->list.items[i]);
	return list;
}

static struct value *lists_first(struct call *call, struct error *err)
{
	const struct value *list = call->args[0];
	return is_list(list, "Cannot find first on type", err) ? item(call, list, 0) : NULL;
}

static struct value *lists_last(struct call *call, struct error *err)
{
	const struct value *list = call->args[0];
	if (!is_list(list, "Cannot find last on type", err))
		return NULL;
	return item(call, list, list->list.len - 1);
}

static struct value *lists_rest(struct call *call, struct error *err)
{
	const struct value *list = call->args[0];
	return is_list(list, "Cannot find rest on type", err) ? part(call, list, 1, list->list.len)
							      : NULL;
}

static struct value *lists_initial(struct call *call, struct error *err)
{
	const struct value *list = call->args[0];
	if (!is_list(list, "Cannot find initial on type", err))
		return NULL;
	return part(call, list, 0, list->list.len ? list->list.len - 1 : 0);
}

static struct value *lists_reverse(struct call *call, struct error *err)
{
	const struct value *given = call->args[0];
	if (!is_list(given, "Cannot find reverse on type", err))
		return NULL;
	struct value *list = value_list(call->arena);
	for (size_t i = given->list.len; i; i--)
		value_append(call->arena, list, given->list.items[i - 1]);
	return list;
}

static struct value *lists_compact(struct call *call, struct error *err)
{
	const struct value *given = call->args[0];
	if (!is_list(given, "Cannot compact on type", err))
		return NULL;
	struct value *list = value_list(call->arena);
	for (size_t i = 0; i < given->list.len; i++)
		if (!sprig_empty(given->list.items[i]))
			value_append(call->arena, list, given->list.items[i]);
	return list;
}

static bool among(struct value *const *items, size_t count, const struct value *wanted)
{
	for (size_t i = 0; i < count; i++)
		if (sprig_equal(items[i], wanted))
			return true;
	return false;
}

/* Comparing all with all counts as looping does. */
static bool count_rounds(const struct call *call, size_t rounds, struct error *err)
{
	struct rendering *rendering = call->state->rendering;
	rendering->iterations += rounds;
	if (rendering->iterations <= rendering->limits.iterations)
		return true;
	error_set(err, "too many comparisons");
	return false;
}

static struct value *lists_uniq(struct call *call, struct error *err)
{
	const struct value *given = call->args[0];
	if (!is_list(given, "Cannot find uniq on type", err))
		return NULL;
	struct value *list = value_list(call->arena);
	for (size_t i = 0; i < given->list.len; i++) {
		if (!count_rounds(call, list->list.len / 64, err))
			return NULL;
		if (!among(list->list.items, list->list.len, given->list.items[i]))
			value_append(call->arena, list, given->list.items[i]);
	}
	return list;
}

static struct value *lists_without(struct call *call, struct error *err)
{
	const struct value *given = call->args[0];
	if (!is_list(given, "Cannot find without on type", err))
		return NULL;
	struct value *list = value_list(call->arena);
	for (size_t i = 0; i < given->list.len; i++)
		if (!among(call->args + 1, call->count - 1, given->list.items[i]))
			value_append(call->arena, list, given->list.items[i]);
	return list;
}

static struct value *lists_has(struct call *call, struct error *err)
{
	const struct value *list = call->args[1];
	if (list->kind == VALUE_NULL)
		return value_bool(call->arena, false);
	if (!is_list(list, "Cannot find has on type", err))
		return NULL;
	return value_bool(call->arena, among(list->list.items, list->list.len, call->args[0]));
}

static struct value *lists_slice(struct call *call, struct error *err)
{
	const struct value *list = call->args[0];
	if (!is_list(list, "list should be type of slice or array but", err))
		return NULL;
	int64_t len = (int64_t)list->list.len;
	if (!len)
		return type_nil(call->arena);
	int64_t from = call->count > 1 ? sprig_integer(call->args[1]) : 0;
	int64_t end = call->count > 2 ? sprig_integer(call->args[2]) : len;
	if (from < 0 || from > end || end > len)
		return sprig_fail(err, "reflect.Value.Slice: slice index out of bounds");
	return type_named(part(call, list, (size_t)from, (size_t)end), list->type);
}

static struct value *lists_concat(struct call *call, struct error *err)
{
	struct value *all = value_list(call->arena);
	for (size_t i = 0; i < call->count; i++) {
		const struct value *list = call->args[i];
		if (list->kind != VALUE_LIST && list->kind != VALUE_NULL) {
			error_set(err, "Cannot concat type %s as list", sprig_kind(list));
			return NULL;
		}
		if (!is_list(list, "", err))
			return NULL;
		for (size_t j = 0; j < list->list.len; j++)
			value_append(call->arena, all, list->list.items[j]);
	}
	return all;
}

static struct value *lists_chunk(struct call *call, struct error *err)
{
	const struct value *list = call->args[1];
	int64_t size = call->args[0]->integer;
	if (!is_list(list, "Cannot chunk type", err))
		return NULL;
	if (size < 1)
		return sprig_fail(err, "the size of a chunk must be at least 1");
	struct value *chunks = type_named(value_list(call->arena), "[][]interface {}");
	size_t len = list->list.len;
	size_t step = (uint64_t)size < len ? (size_t)size : len;
	for (size_t i = 0; i < len; i += step)
		value_append(call->arena, chunks,
			     part(call, list, i, i + step < len ? i + step : len));
	return chunks;
}

/* Each that may fail comes under two names. */
#define BOTH(name, capital, params, function)                                                      \
	{"sprig_" name, params, function},                                                         \
	{                                                                                          \
		"sprig_must" capital, params, function                                             \
	}

const struct function functions_sprig_lists[] = {
	BOTH("append", "Append", "aa", lists_append),
	BOTH("chunk", "Chunk", "ia", lists_chunk),
	BOTH("compact", "Compact", "a", lists_compact),
	BOTH("first", "First", "a", lists_first),
	BOTH("has", "Has", "aa", lists_has),
	BOTH("initial", "Initial", "a", lists_initial),
	BOTH("last", "Last", "a", lists_last),
	BOTH("prepend", "Prepend", "aa", lists_prepend),
	BOTH("rest", "Rest", "a", lists_rest),
	BOTH("reverse", "Reverse", "a", lists_reverse),
	BOTH("slice", "Slice", "aa*", lists_slice),
	BOTH("uniq", "Uniq", "a", lists_uniq),
	BOTH("without", "Without", "aa*", lists_without),
	{"sprig_concat", "a*", lists_concat},
	{"sprig_list", "a*", lists_list},
	{"sprig_tuple", "a*", lists_list},
	{NULL, NULL, NULL},
};
