/* The rarer methods of strings. Letters beyond ASCII have no case here. */
#include "host/jinja/strings.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

#define METHOD(name)                                                                               \
	static struct value *name(struct run *run, const struct expression *at,                    \
				  struct value *subject, struct value **arguments)
#define UNUSED (void)at, (void)arguments

static const struct value *need_string(struct run *run, const struct expression *at,
				       const struct value *argument)
{
	if (value_is(argument, VALUE_STRING))
		return argument;
	return run_fail(run, at, "this method takes a string");
}

/* --- is... --- */

static struct value *all_are(struct run *run, const struct value *text, int (*is)(int))
{
	bool all = text->string.len > 0;
	for (size_t i = 0; all && i < text->string.len; i++)
		all = is((unsigned char)text->string.data[i]) != 0;
	return value_bool(run->arena, all);
}

METHOD(do_isalnum)
{
	UNUSED;
	return value_bool(run->arena, string_is(run, subject, LETTER_WORD));
}

METHOD(do_isalpha)
{
	UNUSED;
	return value_bool(run->arena, string_is(run, subject, LETTER_ANY));
}

METHOD(do_isspace)
{
	UNUSED;
	return all_are(run, subject, isspace);
}

METHOD(do_isupper)
{
	UNUSED;
	return value_bool(run->arena, string_is_cased(run, subject, LETTER_UPPER));
}

METHOD(do_islower)
{
	UNUSED;
	return value_bool(run->arena, string_is_cased(run, subject, LETTER_LOWER));
}

METHOD(do_istitle)
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

/* --- find and take apart --- */

METHOD(do_count)
{
	const struct value *part = need_string(run, at, arguments[0]);
	if (!part)
		return NULL;
	if (!part->string.len)
		return value_int(run->arena, (int64_t)character_count(subject) + 1);
	int64_t count = 0;
	const char *from = subject->string.data, *end = from + subject->string.len;
	while ((from = memmem(from, (size_t)(end - from), part->string.data, part->string.len))) {
		count++;
		from += part->string.len;
	}
	return value_int(run->arena, count);
}

/* From the end it is tried at every byte: bounded, so that long parts of long strings end too. */
static bool is_searchable(struct run *run, const struct expression *at, const struct value *text,
			  const struct value *part)
{
	enum { MOST_WORK = 2000000000 };
	if (!part->string.len || text->string.len <= MOST_WORK / part->string.len)
		return true;
	run_fail(run, at, "these strings are too long to be searched from the end");
	return false;
}

static const char *find_last(const struct value *text, const struct value *part)
{
	if (part->string.len > text->string.len)
		return NULL;
	for (size_t i = text->string.len - part->string.len + 1; i-- > 0;)
		if (memcmp(text->string.data + i, part->string.data, part->string.len) == 0)
			return text->string.data + i;
	return NULL;
}

METHOD(do_rfind)
{
	const struct value *part = need_string(run, at, arguments[0]);
	if (part && !is_searchable(run, at, subject, part))
		return NULL;
	if (!part)
		return NULL;
	const char *found = find_last(subject, part);
	struct value before = *subject;
	before.string.len = found ? (size_t)(found - subject->string.data) : 0;
	return value_int(run->arena, found ? (int64_t)character_count(&before) : -1);
}

static struct value *three(struct run *run, const struct value *text, const char *found, size_t len,
			   bool whole_first)
{
	struct value *parts = tuple_new(run);
	size_t before = found ? (size_t)(found - text->string.data) : 0;
	size_t behind = found ? before + len : whole_first ? text->string.len : 0;
	if (!found && whole_first)
		before = text->string.len;
	value_append(run->arena, parts, value_stringn(run->arena, text->string.data, before));
	value_append(run->arena, parts,
		     value_stringn(run->arena, text->string.data + before, found ? len : 0));
	value_append(
		run->arena, parts,
		value_stringn(run->arena, text->string.data + behind, text->string.len - behind));
	return parts;
}

METHOD(do_partition)
{
	const struct value *part = need_string(run, at, arguments[0]);
	if (!part || !part->string.len)
		return part ? run_fail(run, at, "empty separator") : NULL;
	const char *found = memmem(subject->string.data, subject->string.len, part->string.data,
				   part->string.len);
	return three(run, subject, found, part->string.len, true);
}

METHOD(do_rpartition)
{
	const struct value *part = need_string(run, at, arguments[0]);
	if (part && !is_searchable(run, at, subject, part))
		return NULL;
	if (!part || !part->string.len)
		return part ? run_fail(run, at, "empty separator") : NULL;
	return three(run, subject, find_last(subject, part), part->string.len, false);
}

/* From the right: what is split off comes last, the rest stays whole. */
METHOD(do_rsplit)
{
	if (value_is(arguments[0], VALUE_STRING) && !arguments[0]->string.len)
		return run_fail(run, at, "empty separator");
	struct value *all = string_split(run, subject, arguments[0], -1);
	int64_t most = value_is(arguments[1], VALUE_INT) ? arguments[1]->integer : -1;
	if (!all || most < 0 || all->list.len <= (size_t)most + 1)
		return all;
	size_t joined = all->list.len - (size_t)most;
	struct value *list = value_list(run->arena);
	/* The parts are copies: the rest is measured from the end of the subject. */
	struct value rest = *subject;
	for (size_t i = all->list.len; i-- > joined;) {
		const char *found = find_last(&rest, all->list.items[i]);
		size_t len = (size_t)(found - rest.string.data);
		rest.string.len =
			value_is(arguments[0], VALUE_STRING) ? len - arguments[0]->string.len : len;
		while (!value_is(arguments[0], VALUE_STRING) && rest.string.len &&
		       isspace((unsigned char)rest.string.data[rest.string.len - 1]))
			rest.string.len--;
	}
	value_append(run->arena, list,
		     value_stringn(run->arena, rest.string.data, rest.string.len));
	for (size_t i = joined; i < all->list.len; i++)
		value_append(run->arena, list, all->list.items[i]);
	return list;
}

METHOD(do_removeprefix)
{
	const struct value *part = need_string(run, at, arguments[0]);
	size_t len = part ? part->string.len : 0;
	if (!part)
		return NULL;
	bool is = len <= subject->string.len &&
		  memcmp(subject->string.data, part->string.data, len) == 0;
	len = is ? len : 0;
	return value_stringn(run->arena, subject->string.data + len, subject->string.len - len);
}

METHOD(do_removesuffix)
{
	const struct value *part = need_string(run, at, arguments[0]);
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

METHOD(do_ljust)
{
	return filled(run, at, subject, arguments, '<');
}

METHOD(do_rjust)
{
	return filled(run, at, subject, arguments, '>');
}

METHOD(do_center)
{
	return filled(run, at, subject, arguments, '^');
}

METHOD(do_zfill)
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

METHOD(do_expandtabs)
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

METHOD(do_swapcase)
{
	UNUSED;
	return string_cased(run, subject, CASE_SWAPPED);
}

METHOD(do_casefold)
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
	{"count", "!sub", do_count},
	{"expandtabs", "tabsize", do_expandtabs},
	{"isalnum", "", do_isalnum},
	{"isalpha", "", do_isalpha},
	{"islower", "", do_islower},
	{"isspace", "", do_isspace},
	{"istitle", "", do_istitle},
	{"isupper", "", do_isupper},
	{"ljust", "width,fillchar", do_ljust},
	{"partition", "!sep", do_partition},
	{"removeprefix", "!prefix", do_removeprefix},
	{"removesuffix", "!suffix", do_removesuffix},
	{"rfind", "!sub", do_rfind},
	{"rjust", "width,fillchar", do_rjust},
	{"rpartition", "!sep", do_rpartition},
	{"rsplit", "sep,maxsplit", do_rsplit},
	{"swapcase", "", do_swapcase},
	{"zfill", "!width", do_zfill},
};

const struct jinja_function *find_more_string_method(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(more); i++)
		if (strcmp(more[i].name, name) == 0)
			return &more[i];
	return NULL;
}
