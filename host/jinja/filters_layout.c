/* Filters that lay text and lists out: wrapped lines, columns, sizes, attributes. */
#include "common/own.h"
#include "host/jinja/filters.h"
#include "host/jinja/strings.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static struct value *text(struct run *run, const struct expression *at, struct value *subject)
{
	if (!need_defined(run, at, subject) || check_printable(run, at, subject) < 0)
		return NULL;
	return text_of(run, subject);
}

/* --- wordwrap: as textwrap does it, line by line --- */

struct wrapping {
	struct buf out;
	const char *newline;
	size_t width, column; /* in characters */
	bool break_long, break_hyphens;
	struct buf blanks; /* seen, and written only if a word follows in the same line */
};

static size_t characters(const char *from, size_t len)
{
	size_t count = 0;
	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)from[i] & 0xC0) != 0x80;
	return count;
}

static size_t bytes_of(const char *from, size_t len, size_t count)
{
	const struct value part = {.kind = VALUE_STRING,
				   .string = {.data = (char *)from, .len = len}};
	return character_offset(&part, count);
}

static void next_line(struct wrapping *wrapping)
{
	buf_puts(&wrapping->out, wrapping->newline);
	buf_clear(&wrapping->blanks);
	wrapping->column = 0;
}

static void put_chunk(struct wrapping *wrapping, const char *from, size_t len)
{
	buf_add(&wrapping->out, buf_text(&wrapping->blanks), wrapping->blanks.len);
	wrapping->column += wrapping->blanks.len + characters(from, len);
	buf_clear(&wrapping->blanks);
	buf_add(&wrapping->out, from, len);
}

/* Within a long word a hyphen is the better place. */
static size_t break_at(const struct wrapping *wrapping, const char *from, size_t most, size_t len)
{
	const char *hyphen = NULL;
	if (wrapping->break_hyphens && most < len)
		hyphen = most ? memrchr(from, '-', most) : NULL;
	return hyphen && strspn(from, "-") < (size_t)(hyphen - from) ? (size_t)(hyphen - from) + 1
								     : most;
}

static void add_chunk(struct wrapping *wrapping, const char *from, size_t len)
{
	size_t size = characters(from, len);
	if (wrapping->column + wrapping->blanks.len + size <= wrapping->width) {
		put_chunk(wrapping, from, len);
		return;
	}
	if (size <= wrapping->width || !wrapping->break_long) {
		if (wrapping->column)
			next_line(wrapping);
		buf_clear(&wrapping->blanks);
		put_chunk(wrapping, from, len);
		return;
	}
	while (size > wrapping->width) {
		size_t used = wrapping->column + wrapping->blanks.len;
		size_t room = used < wrapping->width ? wrapping->width - used : 0;
		if (room || used == wrapping->width) {
			size_t bytes = break_at(wrapping, from, bytes_of(from, len, room), len);
			put_chunk(wrapping, from, bytes);
			from += bytes;
			len -= bytes;
		}
		next_line(wrapping);
		size = characters(from, len);
	}
	put_chunk(wrapping, from, len);
}

/* A word may also be broken behind a hyphen between letters. */
static size_t chunk_length(const struct wrapping *wrapping, const char *from, size_t len)
{
	for (size_t i = 2; wrapping->break_hyphens && i + 1 < len; i++)
		if (from[i] == '-' && isalpha((unsigned char)from[i - 1]) &&
		    isalpha((unsigned char)from[i - 2]) && isalpha((unsigned char)from[i + 1]))
			return i + 1;
	return len;
}

static void wrap_line(struct wrapping *wrapping, const char *at, size_t len)
{
	const char *end = at + len;
	wrapping->column = 0;
	buf_clear(&wrapping->blanks);
	while (at < end) {
		if (isspace((unsigned char)*at)) {
			buf_putc(&wrapping->blanks, *at++);
			continue;
		}
		size_t word = 0;
		while (at + word < end && !isspace((unsigned char)at[word]))
			word++;
		while (word) {
			size_t chunk = chunk_length(wrapping, at, word);
			add_chunk(wrapping, at, chunk);
			at += chunk;
			word -= chunk;
		}
	}
}

static void free_wrapping(struct wrapping *wrapping)
{
	buf_free(&wrapping->out);
	buf_free(&wrapping->blanks);
}

static FILTER(do_wordwrap)
{
	if (!(subject = text(run, at, subject)))
		return NULL;
	int64_t width = filter_integer(arguments[0], 79);
	if (width < 1)
		return run_fail(run, at, "'wordwrap' needs a width of at least 1");
	__attribute__((cleanup(free_wrapping))) struct wrapping wrapping = {
		.width = (size_t)width,
		.break_long = filter_flag(arguments[1], true),
		.newline = value_is(arguments[2], VALUE_STRING) ? value_text(arguments[2]) : "\n",
		.break_hyphens = filter_flag(arguments[3], true)};
	const struct value *lines = string_splitlines(run, subject, false);
	for (size_t i = 0; i < lines->list.len; i++) {
		if (i)
			buf_puts(&wrapping.out, wrapping.newline);
		wrap_line(&wrapping, lines->list.items[i]->string.data,
			  lines->list.items[i]->string.len);
	}
	return value_stringn(run->arena, buf_text(&wrapping.out), wrapping.out.len);
}

/* --- slice: so many columns, the first ones longer --- */

static FILTER(do_slice)
{
	int64_t count = filter_integer(arguments[0], 0);
	const struct value *items = iterate(run, at, subject);
	if (!items || count < 1 || count > RUN_MOST_TURNS)
		return items ? run_fail(run, at, "'slice' needs a number of columns") : NULL;
	size_t columns = (size_t)count, each = items->list.len / columns,
	       longer = items->list.len % columns, next = 0;
	struct value *result = value_list(run->arena);
	for (size_t i = 0; i < columns; i++) {
		struct value *column = value_list(run->arena);
		for (size_t j = 0; j < each + (i < longer); j++)
			value_append(run->arena, column, items->list.items[next++]);
		if (arguments[1] && arguments[1]->kind != VALUE_NULL && i >= longer)
			value_append(run->arena, column, arguments[1]);
		value_append(run->arena, result, column);
	}
	return result;
}

/* --- filesizeformat --- */

static FILTER(do_filesizeformat)
{
	static const char *const decimal[] = {"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
	static const char *const binary[] = {"KiB", "MiB", "GiB", "TiB",
					     "PiB", "EiB", "ZiB", "YiB"};
	bool is_binary = filter_flag(arguments[0], false);
	double base = is_binary ? 1024 : 1000, unit = base;
	struct value *number = find_filter("float")->run(run, at, subject, (struct value *[2]){0});
	if (!number)
		return NULL;
	double size = number->real;
	if (size == 1)
		return value_string(run->arena, "1 Byte");
	if (size < base)
		return value_string(run->arena,
				    arena_printf(run->arena, "%.0f Bytes", trunc(size)));
	size_t i = 0;
	for (; i + 1 < COUNT_OF(decimal) && size >= unit * base; i++)
		unit *= base;
	return value_string(run->arena, arena_printf(run->arena, "%.1f %s", size / unit,
						     is_binary ? binary[i] : decimal[i]));
}

/* --- HTML --- */

/* Without tags and comments, white space as single blanks. Entities stay as they are. */
static FILTER(do_striptags)
{
	auto_buf struct buf out = {0};
	(void)arguments;
	if (!(subject = text(run, at, subject)))
		return NULL;
	const char *from = subject->string.data, *end = from + subject->string.len;
	bool blank = false;
	while (from < end) {
		bool comment = end - from >= 4 && memcmp(from, "<!--", 4) == 0;
		const char *close = *from != '<' ? NULL
				    : comment    ? memmem(from, (size_t)(end - from), "-->", 3)
						 : memchr(from, '>', (size_t)(end - from));
		if (close) {
			from = close + (comment ? 3 : 1);
			continue;
		}
		if (isspace((unsigned char)*from)) {
			blank = true;
			from++;
			continue;
		}
		if (blank && out.len)
			buf_putc(&out, ' ');
		blank = false;
		buf_putc(&out, *from++);
	}
	return value_stringn(run->arena, buf_text(&out), out.len);
}

static FILTER(do_xmlattr)
{
	auto_buf struct buf out = {0};
	if (!need_defined(run, at, subject))
		return NULL;
	if (subject->kind != VALUE_MAP)
		return run_fail(run, at, "'xmlattr' takes a dict");
	const struct jinja_function *escape = find_filter("escape");
	for (size_t i = 0; i < subject->map.len; i++) {
		const struct value_entry *entry = &subject->map.entries[i];
		if (entry->value->kind == VALUE_NULL || is_undefined(entry->value))
			continue;
		if (strpbrk(entry->key, " \t\n\r\f\v/>="))
			return run_fail(run, at,
					"the attribute name '%s' has a character that it "
					"must not have",
					entry->key);
		struct value *key = value_stringn(run->arena, entry->key, entry->key_len);
		const struct value *name = escape->run(run, at, key, NULL);
		const struct value *value = escape->run(run, at, entry->value, NULL);
		if (!name || !value)
			return NULL;
		if (out.len || filter_flag(arguments[0], true))
			buf_putc(&out, ' ');
		buf_printf(&out, "%s=\"", name->string.data);
		buf_add(&out, value->string.data, value->string.len);
		buf_putc(&out, '"');
	}
	return value_stringn(run->arena, buf_text(&out), out.len);
}

static const struct jinja_function filters[] = {
	{"filesizeformat", "binary", do_filesizeformat},
	{"slice", "slices,fill_with", do_slice},
	{"striptags", "", do_striptags},
	{"wordwrap", "width,break_long_words,wrapstring,break_on_hyphens", do_wordwrap},
	{"xmlattr", "autospace", do_xmlattr},
};

const struct filter_family layout_filters = {filters, COUNT_OF(filters)};
