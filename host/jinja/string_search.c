/* Where in a string something is: find and its kin, all with Python's start and end. */
#include "host/jinja/strings.h"

#include "common/own.h"

#include <string.h>

const struct value *string_argument(struct run *run, const struct expression *at,
				    const struct value *argument)
{
	if (value_is(argument, VALUE_STRING))
		return argument;
	return run_fail(run, at, "this method takes a string");
}

/* Start or end as Python reads it: counted from the end where negative, never beyond it. */
static size_t bound(const struct value *argument, size_t count, size_t otherwise)
{
	if (!value_is(argument, VALUE_INT))
		return otherwise;
	int64_t index = argument->integer, most = (int64_t)count;
	if (index < 0)
		index = index < -most ? 0 : index + most;
	return (size_t)index;
}

/* The part of a string that is looked at; `first` is the number of its first character. False where
 * start lies behind the end: there not even nothing is found. */
static bool window(const struct value *subject, struct value **bounds, struct value *part,
		   size_t *first)
{
	size_t count = character_count(subject), start = bound(bounds[0], count, 0),
	       end = bound(bounds[1], count, count);
	end = end < count ? end : count;
	if (start > end)
		return false;
	size_t from = character_offset(subject, start), to = character_offset(subject, end);
	*part = *subject;
	part->string.data += from;
	part->string.len = to - from;
	*first = start;
	return true;
}

static const char *find_first(const struct value *text, const struct value *part)
{
	return memmem(text->string.data, text->string.len, part->string.data, part->string.len);
}

/* From the end it is tried at every byte: bounded, so that long parts of long strings end too. */
const char *string_find_last(struct run *run, const struct expression *at, const struct value *text,
			     const struct value *part)
{
	enum { MOST_WORK = 2000000000 };
	size_t len = part->string.len;
	if (len && text->string.len > MOST_WORK / len) {
		run_fail(run, at, "these strings are too long to be searched from the end");
		return NULL;
	}
	for (size_t i = text->string.len + 1; i-- > len;)
		if (memcmp(text->string.data + i - len, part->string.data, len) == 0)
			return text->string.data + i - len;
	return NULL;
}

/* The number of the character at which it is found, -1: nowhere; false with the error. */
static bool position(struct run *run, const struct expression *at, const struct value *subject,
		     struct value **arguments, bool last, int64_t *index)
{
	const struct value *part = string_argument(run, at, arguments[0]);
	struct value text;
	size_t first;
	*index = -1;
	if (!part)
		return false;
	if (!window(subject, arguments + 1, &text, &first))
		return true;
	const char *found = last ? string_find_last(run, at, &text, part) : find_first(&text, part);
	if (!found)
		return !error_is_set(run->err);
	text.string.len = (size_t)(found - text.string.data);
	*index = (int64_t)(first + character_count(&text));
	return true;
}

static struct value *find(struct run *run, const struct expression *at, const struct value *subject,
			  struct value **arguments, bool last)
{
	int64_t index;
	if (!position(run, at, subject, arguments, last, &index))
		return NULL;
	return value_int(run->arena, index);
}

static struct value *find_or_fail(struct run *run, const struct expression *at,
				  const struct value *subject, struct value **arguments, bool last)
{
	struct value *found = find(run, at, subject, arguments, last);
	if (found && found->integer < 0)
		return run_fail(run, at, "substring not found");
	return found;
}

static METHOD(do_find)
{
	return find(run, at, subject, arguments, false);
}

static METHOD(do_rfind)
{
	return find(run, at, subject, arguments, true);
}

static METHOD(do_index)
{
	return find_or_fail(run, at, subject, arguments, false);
}

static METHOD(do_rindex)
{
	return find_or_fail(run, at, subject, arguments, true);
}

static METHOD(do_count)
{
	const struct value *part = string_argument(run, at, arguments[0]);
	struct value text;
	size_t first;
	int64_t count = 0;
	if (!part)
		return NULL;
	if (!window(subject, arguments + 1, &text, &first))
		return value_int(run->arena, 0);
	if (!part->string.len)
		return value_int(run->arena, (int64_t)character_count(&text) + 1);
	for (const char *found; (found = find_first(&text, part)); count++) {
		size_t gone = (size_t)(found - text.string.data) + part->string.len;
		text.string.data += gone;
		text.string.len -= gone;
	}
	return value_int(run->arena, count);
}

static bool has_at(const struct value *text, size_t offset, const struct value *part)
{
	return memcmp(text->string.data + offset, part->string.data, part->string.len) == 0;
}

static bool is_at_edge(const struct value *text, const struct value *part, bool end)
{
	if (part->kind != VALUE_STRING || text->string.len < part->string.len)
		return false;
	return has_at(text, end ? text->string.len - part->string.len : 0, part);
}

/* One part, or a tuple of which one is enough. */
static struct value *edge(struct run *run, const struct expression *at, const struct value *subject,
			  struct value **arguments, bool end)
{
	const struct value *part = arguments[0];
	struct value text;
	size_t first;
	if (part->kind != VALUE_STRING && !is_tuple(part))
		return run_fail(run, at, "this method takes a string, or a tuple of strings");
	if (!window(subject, arguments + 1, &text, &first))
		return value_bool(run->arena, false);
	bool found = part->kind == VALUE_STRING && is_at_edge(&text, part, end);
	for (size_t i = 0; part->kind == VALUE_LIST && i < part->list.len; i++)
		found |= is_at_edge(&text, part->list.items[i], end);
	return value_bool(run->arena, found);
}

static METHOD(do_startswith)
{
	return edge(run, at, subject, arguments, false);
}

static METHOD(do_endswith)
{
	return edge(run, at, subject, arguments, true);
}

static const struct jinja_function methods[] = {
	{"count", "!sub,start,end", do_count},
	{"endswith", "!suffix,start,end", do_endswith},
	{"find", "!sub,start,end", do_find},
	{"index", "!sub,start,end", do_index},
	{"rfind", "!sub,start,end", do_rfind},
	{"rindex", "!sub,start,end", do_rindex},
	{"startswith", "!prefix,start,end", do_startswith},
};
const struct string_family search_strings = {methods, COUNT_OF(methods)};
