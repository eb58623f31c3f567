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

static const char *text_argument(struct value *argument)
{
	return argument ? value_text(argument) : NULL;
}

static METHOD(do_upper)
{
	UNUSED;
	return string_cased(run, subject, CASE_UPPER);
}

static METHOD(do_lower)
{
	UNUSED;
	return string_cased(run, subject, CASE_LOWER);
}

static METHOD(do_capitalize)
{
	UNUSED;
	return string_capitalize(run, subject);
}

static METHOD(do_title)
{
	UNUSED;
	return string_title(run, subject, NULL);
}

static METHOD(do_strip)
{
	UNUSED;
	return string_strip(run, subject, text_argument(arguments[0]), true, true);
}

static METHOD(do_lstrip)
{
	UNUSED;
	return string_strip(run, subject, text_argument(arguments[0]), true, false);
}

static METHOD(do_rstrip)
{
	UNUSED;
	return string_strip(run, subject, text_argument(arguments[0]), false, true);
}

static METHOD(do_join)
{
	return string_join(run, at, subject, arguments[0]);
}

static METHOD(do_replace)
{
	if (!text_argument(arguments[0]) || !text_argument(arguments[1]))
		return run_fail(run, at, "'replace' takes two strings");
	bool bounded = value_is(arguments[2], VALUE_INT);
	return string_replace(run, subject, arguments[0], arguments[1],
			      bounded ? arguments[2]->integer : -1);
}

static bool all_are(const struct value *text, int (*is)(int))
{
	for (size_t i = 0; i < text->string.len; i++)
		if (!is((unsigned char)text->string.data[i]))
			return false;
	return text->string.len > 0;
}

static METHOD(do_isdigit)
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
	{"join", "!iterable", do_join},
	{"replace", "old,new,count", do_replace},
	{"isdigit", "", do_isdigit},
	{"format", "*", format_braces},
};

static const struct string_family *const families[] = {
	&(const struct string_family){methods, COUNT_OF(methods)}, &more_strings, &search_strings,
	&split_strings};

const struct jinja_function *find_string_method(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(families); i++)
		for (size_t j = 0; j < families[i]->count; j++)
			if (strcmp(families[i]->methods[j].name, name) == 0)
				return &families[i]->methods[j];
	return NULL;
}
