/* The rarer methods of strings. Letters beyond ASCII have no case here. */
#include "host/jinja/strings.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

/* --- is... --- */

static struct value *all_are(struct run *run, const struct value *text, int (*is)(int))
{
	bool all = text->string.len > 0;
	for (size_t i = 0; all && i < text->string.len; i++)
		all = is((unsigned char)text->string.data[i]) != 0;
	return value_bool(run->arena, all);
}

static METHOD(do_isalnum)
{
	UNUSED;
	return value_bool(run->arena, string_is(run, subject, LETTER_WORD));
}

static METHOD(do_isalpha)
{
	UNUSED;
	return value_bool(run->arena, string_is(run, subject, LETTER_ANY));
}

static METHOD(do_isspace)
{
	UNUSED;
	return all_are(run, subject, isspace);
}

static METHOD(do_isupper)
{
	UNUSED;
	return value_bool(run->arena, string_is_cased(run, subject, LETTER_UPPER));
}

static METHOD(do_islower)
{
	UNUSED;
	return value_bool(run->arena, string_is_cased(run, subject, LETTER_LOWER));
}

static METHOD(do_istitle)
{
	bool inside = false, found = false;
	size_t len;
	UNUSED;
	for (size_t i = 0; i < subject->string.len; i += len) {
		unsigned code = letter_at(subject, i, &len);
		bool upper = letter_is(run, code, LETTER_UPPER);
		bool lower = letter_is(run, code, LETTER_LOWER);
		if ((upper && inside) || (lower && !inside))
			return value_bool(run->arena, false);
		inside = upper || lower;
		found |= inside;
	}
	return value_bool(run->arena, found);
}

static METHOD(do_removeprefix)
{
	const struct value *part = string_argument(run, at, arguments[0]);
	size_t len = part ? part->string.len : 0;
	if (!part)
		return NULL;
	bool is = len <= subject->string.len &&
		  memcmp(subject->string.data, part->string.data, len) == 0;
	len = is ? len : 0;
	return value_stringn(run->arena, subject->string.data + len, subject->string.len - len);
}

static METHOD(do_removesuffix)
{
	const struct value *part = string_argument(run, at, arguments[0]);
	if (!part)
		return NULL;
	size_t len = part->string.len, all = subject->string.len;
	bool is =
		len <= all && memcmp(subject->string.data + all - len, part->string.data, len) == 0;
	return value_stringn(run->arena, subject->string.data, is ? all - len : all);
}

/* --- width --- */

static struct value *filled(struct run *run, const struct expression *at,
			    const struct value *subject, struct value **arguments, char align)
{
	auto_buf struct buf out = {0};
	const char *fill = value_text(arguments[1]) ? value_text(arguments[1]) : " ";
	if (!value_is(arguments[0], VALUE_INT))
		return run_fail(run, at, "the width must be an integer");
	int64_t width = arguments[0]->integer;
	int64_t room = width - (int64_t)character_count(subject);
	if (width > RUN_MOST_OUTPUT / 8)
		return run_fail(run, at, "the result is too large");
	int64_t left = align == '>' ? room : align == '<' ? 0 : room / 2 + (room & width & 1);
	for (int64_t i = 0; i < left; i++)
		buf_puts(&out, fill);
	buf_add(&out, subject->string.data, subject->string.len);
	for (int64_t i = left; i < room; i++)
		buf_puts(&out, fill);
	return value_stringn(run->arena, buf_text(&out), out.len);
}

static METHOD(do_ljust)
{
	return filled(run, at, subject, arguments, '<');
}

static METHOD(do_rjust)
{
	return filled(run, at, subject, arguments, '>');
}

static METHOD(do_center)
{
	return filled(run, at, subject, arguments, '^');
}

static METHOD(do_zfill)
{
	const char *text = subject->string.data;
	size_t sign = *text == '+' || *text == '-';
	struct value zero = {.kind = VALUE_STRING, .string = {.data = "0", .len = 1}};
	struct value *digits = value_stringn(run->arena, text + sign, subject->string.len - sign);
	if (!value_is(arguments[0], VALUE_INT))
		return run_fail(run, at, "the width must be an integer");
	struct value *width = value_int(run->arena, arguments[0]->integer - (int64_t)sign);
	struct value *made = filled(run, at, digits, (struct value *[]){width, &zero}, '>');
	if (!made || !sign)
		return made;
	return value_string(run->arena, arena_printf(run->arena, "%c%s", *text, made->string.data));
}

static METHOD(do_expandtabs)
{
	auto_buf struct buf out = {0};
	int64_t size = value_is(arguments[0], VALUE_INT) ? arguments[0]->integer : 8, column = 0;
	if (size > 1000)
		return run_fail(run, at, "the result is too large");
	for (size_t i = 0; i < subject->string.len && out.len < RUN_MOST_OUTPUT; i++) {
		char c = subject->string.data[i];
		if (c != '\t') {
			buf_putc(&out, c);
			column += ((unsigned char)c & 0xC0) != 0x80;
			column = c == '\n' || c == '\r' ? 0 : column;
			continue;
		}
		for (int64_t room = size > 0 ? size - column % size : 0; room > 0; room--, column++)
			buf_putc(&out, ' ');
	}
	return value_stringn(run->arena, buf_text(&out), out.len);
}

static METHOD(do_swapcase)
{
	UNUSED;
	return string_cased(run, subject, CASE_SWAPPED);
}

static METHOD(do_casefold)
{
	static const struct value sharp = {.kind = VALUE_STRING, .string = {.data = "ß", .len = 2}};
	static const struct value folded = {.kind = VALUE_STRING,
					    .string = {.data = "ss", .len = 2}};
	UNUSED;
	return string_replace(run, string_cased(run, subject, CASE_LOWER), &sharp, &folded, -1);
}

static const struct jinja_function more[] = {
	{"casefold", "", do_casefold},
	{"center", "width,fillchar", do_center},
	{"expandtabs", "tabsize", do_expandtabs},
	{"isalnum", "", do_isalnum},
	{"isalpha", "", do_isalpha},
	{"islower", "", do_islower},
	{"isspace", "", do_isspace},
	{"istitle", "", do_istitle},
	{"isupper", "", do_isupper},
	{"ljust", "width,fillchar", do_ljust},
	{"removeprefix", "!prefix", do_removeprefix},
	{"removesuffix", "!suffix", do_removesuffix},
	{"rjust", "width,fillchar", do_rjust},
	{"swapcase", "", do_swapcase},
	{"zfill", "!width", do_zfill},
};

const struct string_family more_strings = {more, COUNT_OF(more)};
