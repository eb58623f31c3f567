#include "agent/render/config/hcl_text.h"

#include "common/buffer.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the place in the text --- */

int hcl_fail(struct hcl *hcl, unsigned line, unsigned column, const char *format, ...)
{
	char message[200];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	return error_set_at(hcl->err, hcl->name, line, column, "%s", message);
}

int hcl_fail_here(struct hcl *hcl, const char *expected)
{
	if (hcl->at == hcl->end)
		return hcl_fail(hcl, hcl->line, hcl->column,
				"expected %s, found the end of the file", expected);
	return hcl_fail(hcl, hcl->line, hcl->column, "expected %s, found '%c'", expected, *hcl->at);
}

char hcl_peek(const struct hcl *hcl)
{
	return hcl->at < hcl->end ? *hcl->at : '\0';
}

bool hcl_looking_at(const struct hcl *hcl, const char *text)
{
	size_t len = strlen(text);
	return (size_t)(hcl->end - hcl->at) >= len && memcmp(hcl->at, text, len) == 0;
}

void hcl_advance(struct hcl *hcl, size_t count)
{
	for (; count && hcl->at < hcl->end; count--, hcl->at++) {
		if (*hcl->at == '\n') {
			hcl->line++;
			hcl->column = 1;
		} else if (((unsigned char)*hcl->at & 0xC0) != 0x80) {
			hcl->column++;
		}
	}
}

static int skip_comment(struct hcl *hcl)
{
	unsigned line = hcl->line, column = hcl->column;
	if (!hcl_looking_at(hcl, "/*")) {
		while (hcl->at < hcl->end && *hcl->at != '\n')
			hcl_advance(hcl, 1);
		return 0;
	}
	const char *close = memmem(hcl->at + 2, (size_t)(hcl->end - hcl->at - 2), "*/", 2);
	if (!close)
		return hcl_fail(hcl, line, column, "this comment has no '*/'");
	hcl_advance(hcl, (size_t)(close + 2 - hcl->at));
	return 0;
}

int hcl_skip_blank(struct hcl *hcl)
{
	while (hcl->at < hcl->end) {
		if (isspace((unsigned char)*hcl->at))
			hcl_advance(hcl, 1);
		else if (*hcl->at != '#' && !hcl_looking_at(hcl, "//") &&
			 !hcl_looking_at(hcl, "/*"))
			return 0;
		else if (skip_comment(hcl) < 0)
			return -1;
	}
	return 0;
}

struct value *hcl_placed(struct value *value, unsigned line, unsigned column)
{
	value->line = line;
	value->column = column;
	return value;
}

/* --- strings --- */

static void add_utf8(struct buf *out, unsigned long code)
{
	if (code < 0x80) {
		buf_putc(out, (char)code);
		return;
	}
	unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const unsigned char leaders[] = {0, 0xC0, 0xE0, 0xF0};
	buf_putc(out, (char)(leaders[more] | code >> (6 * more)));
	while (more--)
		buf_putc(out, (char)(0x80 | (code >> (6 * more) & 0x3F)));
}

/* `count` digits; -1 where fewer are there. */
static long take_digits(struct hcl *hcl, size_t count, int base)
{
	char digits[9] = {0};
	char *end;
	if ((size_t)(hcl->end - hcl->at) < count)
		return -1;
	memcpy(digits, hcl->at, count);
	if (!isxdigit((unsigned char)digits[0]) ||
	    (count > 1 && !isxdigit((unsigned char)digits[1])))
		return -1;
	long code = strtol(digits, &end, base);
	if (end != digits + count)
		return -1;
	hcl_advance(hcl, count);
	return code;
}

/* \x41 and \101 are bytes, \u00e9 and \U0001f600 characters. */
static bool numeric_escape(struct hcl *hcl, struct buf *out)
{
	char c = hcl_peek(hcl);
	bool octal = c >= '0' && c <= '7', byte = octal || c == 'x';
	if (!octal && !byte && c != 'u' && c != 'U')
		return false;
	hcl_advance(hcl, !octal);
	long code = take_digits(hcl, octal ? 3 : byte ? 2 : c == 'u' ? 4 : 8, octal ? 8 : 16);
	if (code < 0 || code > (byte ? 0xFF : 0x10FFFF) ||
	    (!byte && code >= 0xD800 && code < 0xE000))
		return false;
	if (byte)
		buf_putc(out, (char)code);
	else
		add_utf8(out, (unsigned long)code);
	return true;
}

/* At the backslash. */
static int take_escape(struct hcl *hcl, struct buf *out)
{
	static const char from[] = "nrt\"\\abfv", to[] = "\n\r\t\"\\\a\b\f\v";
	unsigned line = hcl->line, column = hcl->column;
	hcl_advance(hcl, 1);
	char c = hcl_peek(hcl);
	const char *known = c ? strchr(from, c) : NULL;
	if (known) {
		buf_putc(out, to[known - from]);
		hcl_advance(hcl, 1);
		return 0;
	}
	if (numeric_escape(hcl, out))
		return 0;
	return hcl_fail(hcl, line, column, "unknown escape: write \\\\ for a backslash");
}

/* One character, or what stands for one. "${...}" is left as it is, quotes inside of it too. */
static int take_character(struct hcl *hcl, struct buf *text, unsigned *braces)
{
	if (*hcl->at == '\\' && !*braces)
		return take_escape(hcl, text);
	if (hcl_looking_at(hcl, "${")) {
		++*braces;
		buf_putc(text, '$');
		hcl_advance(hcl, 1);
	} else if (*braces) {
		*braces += *hcl->at == '{';
		*braces -= *hcl->at == '}';
	}
	buf_putc(text, *hcl->at);
	hcl_advance(hcl, 1);
	return 0;
}

struct value *hcl_string(struct hcl *hcl)
{
	auto_buf struct buf text = {0};
	unsigned line = hcl->line, column = hcl->column, braces = 0;
	hcl_advance(hcl, 1);
	while (hcl_peek(hcl) != '"' || braces) {
		if (hcl->at == hcl->end || (*hcl->at == '\n' && !braces)) {
			hcl_fail(hcl, line, column, "this string does not end");
			return NULL;
		}
		if (take_character(hcl, &text, &braces) < 0)
			return NULL;
	}
	hcl_advance(hcl, 1);
	return hcl_placed(value_stringn(hcl->arena, buf_text(&text), text.len), line, column);
}

/* --- heredocs --- */

static size_t line_length(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));
	return (size_t)((newline ? newline : end) - line);
}

static size_t indentation(const char *line, size_t len)
{
	size_t blanks = 0;
	while (blanks < len && (line[blanks] == ' ' || line[blanks] == '\t'))
		blanks++;
	return blanks;
}

static size_t trimmed(const char *line, size_t len)
{
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	return len;
}

static bool all_begin_with(const char *text, const char *end, const char *prefix, size_t prefix_len)
{
	for (; text < end; text += line_length(text, end) + 1)
		if ((size_t)(end - text) < prefix_len || memcmp(text, prefix, prefix_len) != 0)
			return false;
	return true;
}

/* "<<-": the closing word's indentation is taken off each line, if all of them have it. */
static struct value *heredoc_text(struct hcl *hcl, const char *text, size_t blanks, bool indented)
{
	auto_buf struct buf out = {0};
	const char *end = hcl->at;
	size_t drop = indented && all_begin_with(text, end, hcl->at, blanks) ? blanks : 0;
	while (text < end) {
		size_t len = line_length(text, end);
		buf_add(&out, text + drop, len - drop);
		buf_putc(&out, '\n');
		text += len + 1;
	}
	return value_stringn(hcl->arena, buf_text(&out), out.len);
}

struct value *hcl_heredoc(struct hcl *hcl)
{
	unsigned line = hcl->line, column = hcl->column;
	hcl_advance(hcl, 2);
	bool indented = hcl_peek(hcl) == '-';
	hcl_advance(hcl, indented);
	const char *word = hcl->at;
	size_t len = line_length(word, hcl->end), word_len = trimmed(word, len);
	hcl_advance(hcl, len + 1);
	const char *text = hcl->at;
	if (!word_len) {
		hcl_fail(hcl, line, column, "a heredoc needs a word behind '<<'");
		return NULL;
	}
	for (; hcl->at < hcl->end; hcl_advance(hcl, len + 1)) {
		len = line_length(hcl->at, hcl->end);
		size_t blanks = indentation(hcl->at, len), used = trimmed(hcl->at, len);
		if (used != blanks + word_len || memcmp(hcl->at + blanks, word, word_len) != 0)
			continue;
		struct value *value = heredoc_text(hcl, text, blanks, indented);
		hcl_advance(hcl, len);
		return hcl_placed(value, line, column);
	}
	hcl_fail(hcl, line, column, "this heredoc does not end: no line is '%.*s'",
		 (int)(word_len < 40 ? word_len : 40), word);
	return NULL;
}
