/* What Python's strings can do; filters of the same names use it too. */
#include "host/jinja/strings.h"

#include "host/jinja/format_braces.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

static struct value *string(struct run *run, const char *text, size_t len)
{
	return value_stringn(run->arena, text, len);
}

struct value *string_strip(struct run *run, const struct value *text, const char *characters,
			   bool left, bool right)
{
	const char *from = text->string.data, *to = from + text->string.len;
	if (!characters)
		characters = " \t\n\r\f\v";
	while (left && from < to && strchr(characters, *from) && *from)
		from++;
	while (right && to > from && strchr(characters, to[-1]) && to[-1])
		to--;
	return string(run, from, (size_t)(to - from));
}

/* Nothing is found before every character, and at the end. */
static void replace_nothing(struct buf *out, const struct value *text, const struct value *new,
			    int64_t most)
{
	size_t at = 0;
	for (; most != 0 && out->len <= RUN_MOST_OUTPUT; most--) {
		buf_add(out, new->string.data, new->string.len);
		if (at == text->string.len)
			return;
		size_t len = character_length(text, at);
		buf_add(out, text->string.data + at, len);
		at += len;
	}
	buf_add(out, text->string.data + at, text->string.len - at);
}

struct value *string_replace(struct run *run, const struct value *text, const struct value *old,
			     const struct value *new, int64_t most)
{
	auto_buf struct buf out = {0};
	const char *at = text->string.data, *end = at + text->string.len;
	if (!old->string.len) {
		replace_nothing(&out, text, new, most);
		return string(run, buf_text(&out), out.len);
	}
	while (most != 0 && at < end) {
		const char *found =
			memmem(at, (size_t)(end - at), old->string.data, old->string.len);
		if (!found || out.len > RUN_MOST_OUTPUT)
			break;
		buf_add(&out, at, (size_t)(found - at));
		buf_add(&out, new->string.data, new->string.len);
		at = found + old->string.len;
		most--;
	}
	buf_add(&out, at, (size_t)(end - at));
	return string(run, buf_text(&out), out.len);
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
		value_append(run->arena, list, string(run, word, (size_t)(at - word)));
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
		value_append(run->arena, list, string(run, at, (size_t)(found - at)));
	}
	value_append(run->arena, list, string(run, at, (size_t)(end - at)));
	return list;
}

struct value *string_join(struct run *run, const struct expression *at, const struct value *by,
			  struct value *items)
{
	auto_buf struct buf out = {0};
	const struct value *list = iterate(run, at, items);
	for (size_t i = 0; list && i < list->list.len; i++) {
		if (i && by)
			buf_add(&out, by->string.data, by->string.len);
		if (!need_defined(run, at, list->list.items[i]) ||
		    check_printable(run, at, list->list.items[i]) < 0)
			return NULL;
		write_text(&out, list->list.items[i]);
		if (out.len > RUN_MOST_OUTPUT)
			return run_fail(run, at, "the result is too large");
	}
	return list ? string(run, buf_text(&out), out.len) : NULL;
}

/* --- methods --- */

#define METHOD(name)                                                                               \
	static struct value *name(struct run *run, const struct expression *at,                    \
				  struct value *subject, struct value **arguments)
#define UNUSED (void)at, (void)arguments

static const char *text_argument(struct value *argument)
{
	return argument ? value_text(argument) : NULL;
}

METHOD(do_upper)
{
	UNUSED;
	return string_cased(run, subject, CASE_UPPER);
}

METHOD(do_lower)
{
	UNUSED;
	return string_cased(run, subject, CASE_LOWER);
}

METHOD(do_capitalize)
{
	UNUSED;
	return string_capitalize(run, subject);
}

METHOD(do_title)
{
	UNUSED;
	return string_title(run, subject, NULL);
}

METHOD(do_strip)
{
	UNUSED;
	return string_strip(run, subject, text_argument(arguments[0]), true, true);
}

METHOD(do_lstrip)
{
	UNUSED;
	return string_strip(run, subject, text_argument(arguments[0]), true, false);
}

METHOD(do_rstrip)
{
	UNUSED;
	return string_strip(run, subject, text_argument(arguments[0]), false, true);
}

METHOD(do_split)
{
	if (value_is(arguments[0], VALUE_STRING) && !arguments[0]->string.len)
		return run_fail(run, at, "empty separator");
	bool bounded = value_is(arguments[1], VALUE_INT);
	return string_split(run, subject, arguments[0], bounded ? arguments[1]->integer : -1);
}

METHOD(do_splitlines)
{
	struct value newline = {.kind = VALUE_STRING, .string = {.data = "\n", .len = 1}};
	UNUSED;
	struct value *lines = string_split(run, subject, &newline, -1);
	if (lines->list.items[lines->list.len - 1]->string.len == 0)
		lines->list.len--;
	return lines;
}

METHOD(do_join)
{
	return string_join(run, at, subject, arguments[0]);
}

METHOD(do_replace)
{
	if (!text_argument(arguments[0]) || !text_argument(arguments[1]))
		return run_fail(run, at, "'replace' takes two strings");
	bool bounded = value_is(arguments[2], VALUE_INT);
	return string_replace(run, subject, arguments[0], arguments[1],
			      bounded ? arguments[2]->integer : -1);
}

static bool begins(const struct value *text, const struct value *part)
{
	return part->kind == VALUE_STRING && text->string.len >= part->string.len &&
	       memcmp(text->string.data, part->string.data, part->string.len) == 0;
}

static bool ends(const struct value *text, const struct value *part)
{
	return part->kind == VALUE_STRING && text->string.len >= part->string.len &&
	       memcmp(text->string.data + text->string.len - part->string.len, part->string.data,
		      part->string.len) == 0;
}

/* One part, or a tuple of which one is enough. */
static struct value *any_part(struct run *run, const struct expression *at,
			      const struct value *subject, const struct value *part,
			      bool (*is)(const struct value *, const struct value *))
{
	bool found = false;
	if (part->kind != VALUE_STRING && !is_tuple(part))
		return run_fail(run, at, "this method takes a string, or a tuple of strings");
	if (part->kind == VALUE_STRING)
		return value_bool(run->arena, is(subject, part));
	for (size_t i = 0; i < part->list.len; i++)
		found |= is(subject, part->list.items[i]);
	return value_bool(run->arena, found);
}

METHOD(do_startswith)
{
	return any_part(run, at, subject, arguments[0], begins);
}

METHOD(do_endswith)
{
	return any_part(run, at, subject, arguments[0], ends);
}

METHOD(do_index)
{
	struct value *found = arguments[0]->kind == VALUE_STRING
				      ? find_string_method("find")->run(run, at, subject, arguments)
				      : NULL;
	return found && found->integer >= 0 ? found : run_fail(run, at, "substring not found");
}

METHOD(do_find)
{
	const char *part = value_text(arguments[0]);
	if (!part)
		return run_fail(run, at, "'find' takes a string");
	const char *found =
		memmem(subject->string.data, subject->string.len, part, arguments[0]->string.len);
	struct value before = *subject;
	before.string.len = found ? (size_t)(found - subject->string.data) : 0;
	return value_int(run->arena, found ? (int64_t)character_count(&before) : -1);
}

static bool all_are(const struct value *text, int (*is)(int))
{
	for (size_t i = 0; i < text->string.len; i++)
		if (!is((unsigned char)text->string.data[i]))
			return false;
	return text->string.len > 0;
}

METHOD(do_isdigit)
{
	UNUSED;
	return value_bool(run->arena, all_are(subject, isdigit));
}

static const struct jinja_function methods[] = {
	{"upper", "", do_upper},
	{"lower", "", do_lower},
	{"capitalize", "", do_capitalize},
	{"title", "", do_title},
	{"strip", "chars", do_strip},
	{"lstrip", "chars", do_lstrip},
	{"rstrip", "chars", do_rstrip},
	{"split", "sep,maxsplit", do_split},
	{"splitlines", "", do_splitlines},
	{"join", "!iterable", do_join},
	{"replace", "old,new,count", do_replace},
	{"startswith", "!prefix", do_startswith},
	{"endswith", "!suffix", do_endswith},
	{"find", "!sub", do_find},
	{"index", "!sub", do_index},
	{"isdigit", "", do_isdigit},
	{"format", "*", format_braces},
};

const struct jinja_function *find_string_method(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return find_more_string_method(name);
}
