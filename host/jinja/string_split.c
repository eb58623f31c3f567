/* Strings taken apart. */
#include "host/jinja/strings.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

static void add_part(struct run *run, struct value *list, const char *from, const char *to)
{
	value_append(run->arena, list, value_stringn(run->arena, from, (size_t)(to - from)));
}

static void split_space(struct run *run, const struct value *text, int64_t most, struct value *list)
{
	const char *at = text->string.data, *end = at + text->string.len;
	for (;;) {
		while (at < end && isspace((unsigned char)*at))
			at++;
		if (at == end)
			return;
		const char *word = at;
		while (at < end && !isspace((unsigned char)*at))
			at++;
		if (most-- == 0)
			at = end;
		add_part(run, list, word, at);
	}
}

struct value *string_split(struct run *run, const struct value *text, const struct value *by,
			   int64_t most)
{
	struct value *list = value_list(run->arena);
	if (!by || by->kind != VALUE_STRING || !by->string.len) {
		split_space(run, text, most, list);
		return list;
	}
	const char *at = text->string.data, *end = at + text->string.len;
	for (const char *found; most != 0; most--, at = found + by->string.len) {
		found = memmem(at, (size_t)(end - at), by->string.data, by->string.len);
		if (!found)
			break;
		add_part(run, list, at, found);
	}
	add_part(run, list, at, end);
	return list;
}

static int64_t most_of(const struct value *argument)
{
	return value_is(argument, VALUE_INT) ? argument->integer : -1;
}

static METHOD(do_split)
{
	if (value_is(arguments[0], VALUE_STRING) && !arguments[0]->string.len)
		return run_fail(run, at, "empty separator");
	return string_split(run, subject, arguments[0], most_of(arguments[1]));
}

/* --- from the right: the last part comes first, and the list is turned at the end --- */

static void split_space_back(struct run *run, const struct value *text, int64_t most,
			     struct value *list)
{
	const char *from = text->string.data, *at = from + text->string.len;
	for (;;) {
		while (at > from && isspace((unsigned char)at[-1]))
			at--;
		if (at == from)
			return;
		const char *end = at;
		while (at > from && !isspace((unsigned char)at[-1]))
			at--;
		if (most-- == 0)
			at = from;
		add_part(run, list, at, end);
	}
}

static void split_back(struct run *run, const struct expression *at, const struct value *text,
		       const struct value *by, int64_t most, struct value *list)
{
	struct value rest = *text;
	for (const char *found; most != 0; most--) {
		found = string_find_last(run, at, &rest, by);
		if (!found)
			break;
		add_part(run, list, found + by->string.len, rest.string.data + rest.string.len);
		rest.string.len = (size_t)(found - rest.string.data);
	}
	add_part(run, list, rest.string.data, rest.string.data + rest.string.len);
}

static METHOD(do_rsplit)
{
	const struct value *by = arguments[0];
	struct value *list = value_list(run->arena);
	if (value_is(by, VALUE_STRING) && !by->string.len)
		return run_fail(run, at, "empty separator");
	if (value_is(by, VALUE_STRING))
		split_back(run, at, subject, by, most_of(arguments[1]), list);
	else
		split_space_back(run, subject, most_of(arguments[1]), list);
	for (size_t i = 0, j = list->list.len; i + 1 < j; i++) {
		struct value *first = list->list.items[i];
		list->list.items[i] = list->list.items[--j];
		list->list.items[j] = first;
	}
	return error_is_set(run->err) ? NULL : list;
}

/* --- lines --- */

/* Bytes of the line's end that stands here, 0: none
 * (https://docs.python.org/3/library/stdtypes.html#str.splitlines). */
static size_t line_end(const char *at, const char *end)
{
	static const char *const ends[] = {"\r\n",     "\n",           "\r",          "\v",
					   "\f",       "\x1c",         "\x1d",        "\x1e",
					   "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		size_t len = strlen(ends[i]);
		if ((size_t)(end - at) >= len && memcmp(at, ends[i], len) == 0)
			return len;
	}
	return 0;
}

struct value *string_splitlines(struct run *run, const struct value *text, bool keep_ends)
{
	struct value *lines = value_list(run->arena);
	const char *line = text->string.data, *end = line + text->string.len;
	for (const char *at = line; at < end;) {
		size_t len = line_end(at, end);
		if (len) {
			add_part(run, lines, line, keep_ends ? at + len : at);
			line = at + len;
		}
		at += len ? len : 1;
	}
	if (line < end)
		add_part(run, lines, line, end);
	return lines;
}

static METHOD(do_splitlines)
{
	bool keep_ends = false;
	if (arguments[0] && truth(run, at, arguments[0], &keep_ends) < 0)
		return NULL;
	return string_splitlines(run, subject, keep_ends);
}

/* --- three parts --- */

static struct value *three(struct run *run, const struct value *text, const char *found,
			   const struct value *by, bool last)
{
	const char *from = text->string.data, *end = from + text->string.len;
	const char *nowhere = last ? from : end;
	struct value *parts = tuple_new(run);
	add_part(run, parts, from, found ? found : nowhere);
	add_part(run, parts, found ? found : end, found ? found + by->string.len : end);
	add_part(run, parts, found ? found + by->string.len : nowhere, end);
	return parts;
}

static struct value *partition(struct run *run, const struct expression *at,
			       const struct value *subject, const struct value *argument, bool last)
{
	const struct value *by = string_argument(run, at, argument);
	if (!by || !by->string.len)
		return by ? run_fail(run, at, "empty separator") : NULL;
	const char *found = last ? string_find_last(run, at, subject, by)
				 : memmem(subject->string.data, subject->string.len,
					  by->string.data, by->string.len);
	return error_is_set(run->err) ? NULL : three(run, subject, found, by, last);
}

static METHOD(do_partition)
{
	return partition(run, at, subject, arguments[0], false);
}

static METHOD(do_rpartition)
{
	return partition(run, at, subject, arguments[0], true);
}

static const struct jinja_function methods[] = {
	{"partition", "!sep", do_partition},       {"rpartition", "!sep", do_rpartition},
	{"rsplit", "sep,maxsplit", do_rsplit},     {"split", "sep,maxsplit", do_split},
	{"splitlines", "keepends", do_splitlines},
};
const struct string_family split_strings = {methods, COUNT_OF(methods)};
