#include "common/own.h"
#include "host/jinja/filters.h"
#include "host/jinja/strings.h"

#include <string.h>

static FILTER(do_default)
{
	bool is_true = true;
	struct value *otherwise = arguments[0] ? arguments[0] : value_string(run->arena, "");
	if (is_undefined(subject) || object_is(subject, OBJECT_PLACEHOLDER))
		return otherwise;
	if (filter_flag(arguments[1], false) && truth(run, at, subject, &is_true) < 0)
		return NULL;
	return is_true ? subject : otherwise;
}

static FILTER(do_length)
{
	(void)arguments;
	if (!need_defined(run, at, subject))
		return NULL;
	if (subject->kind == VALUE_STRING)
		return value_int(run->arena, (int64_t)character_count(subject));
	const struct value *items = iterate(run, at, subject);
	return items ? value_int(run->arena, (int64_t)items->list.len) : NULL;
}

static FILTER(do_first)
{
	(void)arguments;
	const struct value *items = iterate(run, at, subject);
	if (!items)
		return NULL;
	return items->list.len
		       ? items->list.items[0]
		       : undefined_new(run, "there is no first item: the sequence is empty");
}

static FILTER(do_last)
{
	(void)arguments;
	const struct value *items = iterate(run, at, subject);
	if (!items)
		return NULL;
	return items->list.len ? items->list.items[items->list.len - 1]
			       : undefined_new(run, "there is no last item: the sequence is empty");
}

/* One item, the same for the same sequence: a manifest gives the same build twice. */
static FILTER(do_random)
{
	auto_buf struct buf text = {0};
	uint64_t hash = 14695981039346656037u; /* FNV-1a */
	const struct value *items = iterate(run, at, subject);
	(void)arguments;
	if (!items || check_printable(run, at, items) < 0)
		return NULL;
	if (!items->list.len)
		return undefined_new(run, "there is no random item: the sequence is empty");
	write_representation(&text, items);
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.data[i]) * 1099511628211u;
	return items->list.items[hash % items->list.len];
}

static FILTER(do_list)
{
	struct value *copy = value_list(run->arena);
	const struct value *items = iterate(run, at, subject);
	(void)arguments;
	for (size_t i = 0; items && i < items->list.len; i++)
		value_append(run->arena, copy, items->list.items[i]);
	return items ? copy : NULL;
}

static FILTER(do_reverse)
{
	struct value *minus = value_int(run->arena, -1);
	(void)arguments;
	struct value *items = subject;
	if (subject->kind != VALUE_STRING)
		items = iterate(run, at, subject);
	return items ? slice(run, at, items, NULL, NULL, minus) : NULL;
}

static struct value *attributes_of(struct run *run, const struct expression *at,
				   struct value *items, const struct value *attribute)
{
	struct value *list = value_list(run->arena);
	for (size_t i = 0; i < items->list.len; i++) {
		struct value *value = filter_key(run, at, items->list.items[i], attribute, false);
		if (!value)
			return NULL;
		value_append(run->arena, list, value);
	}
	return list;
}

static FILTER(do_join)
{
	struct value *items = iterate(run, at, subject);
	if (items && arguments[1])
		items = attributes_of(run, at, items, arguments[1]);
	struct value *by = arguments[0] ? text_of(run, arguments[0]) : NULL;
	return items ? string_join(run, at, by, items) : NULL;
}

/* --- sort, unique, min, max, groupby, dictsort --- */

struct keyed {
	struct value *key, *item;
};

/* Merge sort: stable, and an order that can't be told stops it. */
static void merge_sort(struct run *run, const struct expression *at, struct keyed *items,
		       struct keyed *spare, size_t count, int direction, bool *failed)
{
	if (count < 2 || *failed)
		return;
	size_t half = count / 2, left = 0, right = half;
	merge_sort(run, at, items, spare, half, direction, failed);
	merge_sort(run, at, items + half, spare, count - half, direction, failed);
	for (size_t i = 0; i < count; i++) {
		bool from_left = right >= count ||
				 (left < half && order(run, at, items[left].key, items[right].key,
						       failed) * direction <=
							 0);
		spare[i] = from_left ? items[left++] : items[right++];
	}
	memcpy(items, spare, count * sizeof *items);
}

static struct keyed *with_keys(struct run *run, const struct expression *at,
			       const struct value *items, const struct value *attribute,
			       bool ignore_case)
{
	struct keyed *list = arena_alloc(run->arena, (items->list.len + 1) * sizeof *list);
	for (size_t i = 0; i < items->list.len; i++) {
		list[i].item = items->list.items[i];
		list[i].key = filter_key(run, at, list[i].item, attribute, ignore_case);
		if (!list[i].key || !need_defined(run, at, list[i].key))
			return NULL;
	}
	return list;
}

static struct value *sorted(struct run *run, const struct expression *at, const struct value *items,
			    const struct value *attribute, bool ignore_case, bool reverse)
{
	struct keyed *list = with_keys(run, at, items, attribute, ignore_case);
	if (!list)
		return NULL;
	bool failed = false;
	struct keyed *spare = arena_alloc(run->arena, (items->list.len + 1) * sizeof *spare);
	merge_sort(run, at, list, spare, items->list.len, reverse ? -1 : 1, &failed);
	struct value *result = value_list(run->arena);
	for (size_t i = 0; !failed && i < items->list.len; i++)
		value_append(run->arena, result, list[i].item);
	return failed ? NULL : result;
}

static FILTER(do_sort)
{
	const struct value *items = iterate(run, at, subject);
	return items ? sorted(run, at, items, arguments[2], !filter_flag(arguments[1], false),
			      filter_flag(arguments[0], false))
		     : NULL;
}

static FILTER(do_unique)
{
	struct value *result = value_list(run->arena), *seen = value_list(run->arena);
	const struct value *items = iterate(run, at, subject);
	struct keyed *list =
		items ? with_keys(run, at, items, arguments[1], !filter_flag(arguments[0], false))
		      : NULL;
	bool failed = false;
	for (size_t i = 0; list && i < items->list.len; i++) {
		run->turns += 1 + (unsigned)(seen->list.len / 100);
		if (run->turns > RUN_MOST_TURNS)
			return run_fail(run, at, "'unique' compares too many values");
		if (check_tree(run, at, list[i].key) < 0)
			return NULL;
		if (!is_key(list[i].key))
			return run_fail(run, at, "'unique' can't tell a %s from others",
					python_type(list[i].key));
		if (contains(run, at, seen, list[i].key, &failed))
			continue;
		if (failed)
			return NULL;
		value_append(run->arena, seen, list[i].key);
		value_append(run->arena, result, list[i].item);
	}
	return list ? result : NULL;
}

static struct value *extreme(struct run *run, const struct expression *at, struct value *subject,
			     struct value **arguments, int direction)
{
	bool failed = false;
	const struct value *items = iterate(run, at, subject);
	struct keyed *list =
		items ? with_keys(run, at, items, arguments[1], !filter_flag(arguments[0], false))
		      : NULL;
	if (!list)
		return NULL;
	if (!items->list.len)
		return undefined_new(run, "an empty sequence has no smallest or largest item");
	size_t best = 0;
	for (size_t i = 1; i < items->list.len; i++)
		if (order(run, at, list[i].key, list[best].key, &failed) * direction > 0)
			best = i;
	return failed ? NULL : list[best].item;
}

static FILTER(do_max)
{
	return extreme(run, at, subject, arguments, 1);
}

static FILTER(do_min)
{
	return extreme(run, at, subject, arguments, -1);
}

static FILTER(do_sum)
{
	struct value *total = arguments[1] ? arguments[1] : value_int(run->arena, 0);
	struct value *items = iterate(run, at, subject);
	for (size_t i = 0; items && total && i < items->list.len; i++) {
		struct value *item = filter_key(run, at, items->list.items[i], arguments[0], false);
		total = item ? operate(run, at, "+", total, item) : NULL;
	}
	return items ? total : NULL;
}

/* By an attribute, without regard to case; each group has the first one's spelling. */
static FILTER(do_groupby)
{
	const struct value *items = iterate(run, at, subject);
	struct value *groups = value_list(run->arena), *group = NULL;
	bool keep_case = filter_flag(arguments[2], false), failed = false;
	struct value *by = arguments[0], *otherwise = arguments[1], *last = NULL;
	struct keyed *list =
		items ? arena_alloc(run->arena, (items->list.len + 1) * sizeof *list) : NULL;
	struct keyed *spare =
		items ? arena_alloc(run->arena, (items->list.len + 1) * sizeof *spare) : NULL;
	if (!by || !items)
		return items ? run_fail(run, at, "'groupby' needs an attribute") : NULL;
	for (size_t i = 0; i < items->list.len; i++) {
		list[i].item = items->list.items[i];
		list[i].key = filter_key(run, at, list[i].item, by, !keep_case);
		if (list[i].key && is_undefined(list[i].key) && otherwise)
			list[i].key = otherwise;
		if (!list[i].key || !need_defined(run, at, list[i].key))
			return NULL;
	}
	merge_sort(run, at, list, spare, items->list.len, 1, &failed);
	for (size_t i = 0; !failed && i < items->list.len; i++) {
		if (!last || !equal(run, at, last, list[i].key, &failed)) {
			struct value *shown = filter_key(run, at, list[i].item, by, false);
			group = tuple_new(run);
			value_append(run->arena, group,
				     shown && !is_undefined(shown) ? shown : list[i].key);
			value_append(run->arena, group, value_list(run->arena));
			value_append(run->arena, groups, group);
			last = list[i].key;
		}
		value_append(run->arena, group->list.items[1], list[i].item);
	}
	return failed ? NULL : groups;
}

static FILTER(do_dictsort)
{
	if (!need_defined(run, at, subject))
		return NULL;
	if (subject->kind != VALUE_MAP)
		return run_fail(run, at, "'dictsort' takes a dict");
	bool by_value = value_text(arguments[1]) && strcmp(value_text(arguments[1]), "value") == 0;
	const struct jinja_function *items = find_method(subject, "items");
	const struct value *pairs = items->run(run, at, subject, NULL);
	return sorted(run, at, pairs, value_int(run->arena, by_value),
		      !filter_flag(arguments[0], false), filter_flag(arguments[2], false));
}

static FILTER(do_items)
{
	(void)arguments;
	if (is_undefined(subject) || object_is(subject, OBJECT_PLACEHOLDER))
		return value_list(run->arena);
	if (subject->kind != VALUE_MAP)
		return run_fail(run, at, "'items' takes a dict");
	return find_method(subject, "items")->run(run, at, subject, NULL);
}

static FILTER(do_batch)
{
	int64_t size = filter_integer(arguments[0], 0);
	struct value *items = iterate(run, at, subject), *rows = value_list(run->arena),
		     *row = NULL;
	if (size < 1)
		return run_fail(run, at, "'batch' needs the size of a row");
	for (size_t i = 0; items && i < items->list.len; i++) {
		if (!row || row->list.len == (size_t)size)
			value_append(run->arena, rows, row = value_list(run->arena));
		value_append(run->arena, row, items->list.items[i]);
	}
	while (row && arguments[1] && row->list.len < (size_t)size && size < RUN_MOST_TURNS)
		value_append(run->arena, row, arguments[1]);
	return items ? rows : NULL;
}

static const struct jinja_function filters[] = {
	{"batch", "linecount,fill_with", do_batch},
	{"count", "", do_length},
	{"d", "default_value,boolean", do_default},
	{"default", "default_value,boolean", do_default},
	{"dictsort", "case_sensitive,by,reverse", do_dictsort},
	{"first", "", do_first},
	{"groupby", "attribute,default,case_sensitive", do_groupby},
	{"items", "", do_items},
	{"join", "d,attribute", do_join},
	{"last", "", do_last},
	{"length", "", do_length},
	{"list", "", do_list},
	{"max", "case_sensitive,attribute", do_max},
	{"min", "case_sensitive,attribute", do_min},
	{"random", "", do_random},
	{"reverse", "", do_reverse},
	{"sort", "reverse,case_sensitive,attribute", do_sort},
	{"sum", "attribute,start", do_sum},
	{"unique", "case_sensitive,attribute", do_unique},
};

const struct filter_family sequence_filters = {filters, COUNT_OF(filters)};
