#include "common/json.h"
#include "common/own.h"
#include "host/jinja/filters.h"
#include "host/jinja/strings.h"

#include <ctype.h>
#include <string.h>

#define UNUSED (void)at, (void)arguments

/* Filters on strings take anything: its text. */
static struct value *text(struct run *run, const struct expression *at, struct value *subject)
{
	if (!need_defined(run, at, subject) || check_printable(run, at, subject) < 0)
		return NULL;
	return text_of(run, subject);
}

static FILTER(do_upper)
{
	UNUSED;
	return (subject = text(run, at, subject)) ? string_cased(run, subject, CASE_UPPER) : NULL;
}

static FILTER(do_lower)
{
	UNUSED;
	return (subject = text(run, at, subject)) ? string_cased(run, subject, CASE_LOWER) : NULL;
}

static FILTER(do_capitalize)
{
	UNUSED;
	return (subject = text(run, at, subject)) ? string_capitalize(run, subject) : NULL;
}

static FILTER(do_title)
{
	UNUSED;
	return (subject = text(run, at, subject)) ? string_title(run, subject, " \t\n\r\f\v-([{<")
						  : NULL;
}

static FILTER(do_trim)
{
	subject = text(run, at, subject);
	const char *characters = arguments[0] ? value_text(arguments[0]) : NULL;
	return subject ? string_strip(run, subject, characters, true, true) : NULL;
}

static FILTER(do_string)
{
	UNUSED;
	return text(run, at, subject);
}

static FILTER(do_replace)
{
	subject = text(run, at, subject);
	if (!subject || !arguments[0] || !arguments[1])
		return subject ? run_fail(run, at, "'replace' needs what to replace, and with what")
			       : NULL;
	struct value *old = text(run, at, arguments[0]),
		     *new = old ? text(run, at, arguments[1]) : NULL;
	return new ? string_replace(run, subject, old, new, filter_integer(arguments[2], -1))
		   : NULL;
}

static FILTER(do_escape)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = {
		{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&#34;"}, {'\'', "&#39;"}};
	auto_buf struct buf out = {0};
	UNUSED;
	if (!(subject = text(run, at, subject)))
		return NULL;
	for (size_t i = 0; i < subject->string.len; i++) {
		size_t e = 0;
		while (e < COUNT_OF(entities) && entities[e].c != subject->string.data[i])
			e++;
		if (e < COUNT_OF(entities))
			buf_puts(&out, entities[e].entity);
		else
			buf_putc(&out, subject->string.data[i]);
	}
	return value_stringn(run->arena, buf_text(&out), out.len);
}

static FILTER(do_safe)
{
	(void)run, UNUSED;
	return subject;
}

static FILTER(do_center)
{
	if (!(subject = text(run, at, subject)))
		return NULL;
	int64_t width = filter_integer(arguments[0], 80), count = (int64_t)character_count(subject);
	if (width > RUN_MOST_OUTPUT)
		return run_fail(run, at, "the result is too large");
	if (width <= count)
		return subject;
	/* str.center puts the odd blank left of an odd width (CPython, unicode_center). */
	int left = (int)((width - count) / 2 + ((width - count) & width & 1));
	int right = (int)(width - count) - left;
	return value_string(run->arena, arena_printf(run->arena, "%*s%s%*s", left, "",
						     subject->string.data, right, ""));
}

static FILTER(do_indent)
{
	if (!(subject = text(run, at, subject)))
		return NULL;
	auto_buf struct buf out = {0}, pad = {0};
	if (value_text(arguments[0]))
		buf_puts(&pad, value_text(arguments[0]));
	for (int64_t i = 0;
	     !value_text(arguments[0]) && i < filter_integer(arguments[0], 4) && i < 1000; i++)
		buf_putc(&pad, ' ');
	bool first = filter_flag(arguments[1], false), blank = filter_flag(arguments[2], false);
	const char *line = subject->string.data;
	if (!*line && first)
		buf_puts(&out, buf_text(&pad));
	for (bool begins = true; *line; begins = false) {
		size_t len = strcspn(line, "\n");
		if ((begins && first) || (!begins && (len || blank)))
			buf_puts(&out, buf_text(&pad));
		buf_add(&out, line, len + (line[len] == '\n'));
		line += len + (line[len] == '\n');
	}
	bool ends = subject->string.len && subject->string.data[subject->string.len - 1] == '\n';
	if (ends && blank)
		buf_puts(&out, buf_text(&pad));
	return value_stringn(run->arena, buf_text(&out), out.len);
}

static FILTER(do_truncate)
{
	if (!(subject = text(run, at, subject)))
		return NULL;
	int64_t length = filter_integer(arguments[0], 255);
	struct value *end = value_is(arguments[2], VALUE_STRING) ? arguments[2]
								 : value_string(run->arena, "...");
	if ((int64_t)character_count(subject) <= length + filter_integer(arguments[3], 5))
		return subject;
	int64_t kept = length - (int64_t)character_count(end);
	if (kept < 0)
		return run_fail(run, at, "'truncate' expects a length of at least %zu",
				character_count(end));
	size_t bytes = character_offset(subject, (size_t)kept);
	if (!filter_flag(arguments[1], false)) {
		const char *space = memrchr(subject->string.data, ' ', bytes);
		bytes = space ? (size_t)(space - subject->string.data) : bytes;
	}
	return value_string(run->arena, arena_printf(run->arena, "%.*s%s", (int)bytes,
						     subject->string.data, end->string.data));
}

static FILTER(do_format)
{
	if (!(subject = text(run, at, subject)))
		return NULL;
	const struct value *given = arguments[0];
	if (arguments[1]->map.len)
		return given->list.len
			       ? run_fail(run, at, "'format' takes values or keywords, not both")
			       : format_percent(run, at, subject, arguments[1]);
	struct value *tuple = tuple_new(run);
	for (size_t i = 0; i < given->list.len; i++)
		value_append(run->arena, tuple, given->list.items[i]);
	return format_percent(run, at, subject, tuple);
}

/* slash NULL: as in a form, where a blank is '+' and '/' is quoted. */
static void add_quoted(struct buf *out, const struct value *part, const char *slash)
{
	for (size_t i = 0; i < part->string.len; i++) {
		unsigned char c = (unsigned char)part->string.data[i];
		if (isalnum(c) || (c && strchr("_.-~", c)) || (c == '/' && slash))
			buf_putc(out, (char)c);
		else if (c == ' ' && !slash)
			buf_putc(out, '+');
		else
			buf_printf(out, "%%%02X", c);
	}
}

/* A dict, or a list of pairs, becomes a query string. */
static FILTER(do_urlencode)
{
	auto_buf struct buf out = {0};
	UNUSED;
	if (!need_defined(run, at, subject) || check_printable(run, at, subject) < 0)
		return NULL;
	bool pairs = subject->kind == VALUE_MAP || subject->kind == VALUE_LIST;
	if (!pairs)
		add_quoted(&out, text_of(run, subject), "/");
	const struct value *items =
		subject->kind == VALUE_MAP
			? find_method(subject, "items")->run(run, at, subject, NULL)
			: subject;
	for (size_t i = 0; pairs && i < items->list.len; i++) {
		const struct value *pair = iterate(run, at, items->list.items[i]);
		if (!pair || pair->list.len != 2)
			return pair ? run_fail(run, at, "'urlencode' takes a list of pairs") : NULL;
		if (!need_defined(run, at, pair->list.items[0]) ||
		    !need_defined(run, at, pair->list.items[1]))
			return NULL;
		if (i)
			buf_putc(&out, '&');
		add_quoted(&out, text_of(run, pair->list.items[0]), NULL);
		buf_putc(&out, '=');
		add_quoted(&out, text_of(run, pair->list.items[1]), NULL);
	}
	return value_stringn(run->arena, buf_text(&out), out.len);
}

static FILTER(do_wordcount)
{
	UNUSED;
	if (!(subject = text(run, at, subject)))
		return NULL;
	int64_t words = 0;
	bool inside = false;
	size_t len;
	for (size_t i = 0; i < subject->string.len; i += len) {
		bool word = letter_is(run, letter_at(subject, i, &len), LETTER_WORD);
		words += word && !inside;
		inside = word;
	}
	return value_int(run->arena, words);
}

/* --- tojson: as json.dumps(sort_keys=True) with HTML's characters escaped --- */

static void write_json(struct buf *out, const struct value *value, int64_t indent, int64_t depth);

static void json_separator(struct buf *out, bool first, int64_t indent, int64_t depth)
{
	if (!first)
		buf_puts(out, indent >= 0 ? "," : ", ");
	if (indent >= 0)
		buf_printf(out, "\n%*s", (int)(indent * depth), "");
}

/* Python escapes everything beyond ASCII. */
static void write_json_string(struct buf *out, const char *from, size_t len)
{
	auto_buf struct buf plain = {0};
	json_write_string(&plain, from, len);
	for (const unsigned char *at = (const unsigned char *)plain.data; *at;) {
		if (strchr("<>&'", *at)) {
			buf_printf(out, "\\u%04x", *at++);
		} else if (*at < 0x80) {
			buf_putc(out, (char)*at++);
		} else {
			unsigned size = *at >= 0xF0 ? 4 : *at >= 0xE0 ? 3 : 2;
			unsigned code = *at & (0x7Fu >> size);
			for (unsigned i = 1; i < size; i++)
				code = code << 6 | (at[i] & 0x3Fu);
			at += size;
			if (code >= 0x10000)
				buf_printf(out, "\\u%04x\\u%04x", 0xD7C0 + (code >> 10),
					   0xDC00 + (code & 0x3FF));
			else
				buf_printf(out, "\\u%04x", code);
		}
	}
}

static void write_json_list(struct buf *out, const struct value *list, int64_t indent,
			    int64_t depth)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < list->list.len; i++) {
		json_separator(out, i == 0, indent, depth + 1);
		write_json(out, list->list.items[i], indent, depth + 1);
	}
	if (list->list.len && indent >= 0)
		buf_printf(out, "\n%*s", (int)(indent * depth), "");
	buf_putc(out, ']');
}

static void write_json_map(struct buf *out, const struct value *map, int64_t indent, int64_t depth)
{
	buf_putc(out, '{');
	for (size_t i = 0; i < map->map.len; i++) {
		json_separator(out, i == 0, indent, depth + 1);
		write_json_string(out, map->map.entries[i].key, map->map.entries[i].key_len);
		buf_puts(out, ": ");
		write_json(out, map->map.entries[i].value, indent, depth + 1);
	}
	if (map->map.len && indent >= 0)
		buf_printf(out, "\n%*s", (int)(indent * depth), "");
	buf_putc(out, '}');
}

static void write_json(struct buf *out, const struct value *value, int64_t indent, int64_t depth)
{
	if (value->kind == VALUE_LIST)
		write_json_list(out, value, indent, depth);
	else if (value->kind == VALUE_MAP)
		write_json_map(out, value, indent, depth);
	else if (value->kind == VALUE_STRING)
		write_json_string(out, value->string.data, value->string.len);
	else if (value->kind == VALUE_FLOAT)
		write_representation(out, value);
	else
		json_write(out, value);
}

static void sort_keys(struct value *value)
{
	if (value->kind == VALUE_MAP) {
		value_sort_map(value);
		for (size_t i = 0; i < value->map.len; i++)
			sort_keys(value->map.entries[i].value);
	}
	for (size_t i = 0; value->kind == VALUE_LIST && i < value->list.len; i++)
		sort_keys(value->list.items[i]);
}

static FILTER(do_tojson)
{
	auto_buf struct buf out = {0};
	if (!need_defined(run, at, subject))
		return NULL;
	if (subject->kind == VALUE_OBJECT && !object_is(subject, OBJECT_PLACEHOLDER))
		return run_fail(run, at, "an object of type %s is no JSON", python_type(subject));
	if (check_tree(run, at, subject) < 0)
		return NULL;
	struct value *sorted = value_copy(run->arena, subject);
	sort_keys(sorted);
	write_json(&out, sorted, filter_integer(arguments[0], -1), 0);
	return value_stringn(run->arena, out.data, out.len);
}

static const struct jinja_function filters[] = {
	{"capitalize", "", do_capitalize},
	{"center", "width", do_center},
	{"e", "", do_escape},
	{"escape", "", do_escape},
	{"forceescape", "", do_escape},
	{"format", "*", do_format},
	{"indent", "width,first,blank", do_indent},
	{"lower", "", do_lower},
	{"replace", "old,new,count", do_replace},
	{"safe", "", do_safe},
	{"string", "", do_string},
	{"title", "", do_title},
	{"tojson", "indent", do_tojson},
	{"trim", "chars", do_trim},
	{"truncate", "length,killwords,end,leeway", do_truncate},
	{"upper", "", do_upper},
	{"urlencode", "", do_urlencode},
	{"wordcount", "", do_wordcount},
};

const struct filter_family text_filters = {filters, COUNT_OF(filters)};
