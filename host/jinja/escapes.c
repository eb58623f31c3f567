/* What stands behind a backslash in a string. */
#include "host/jinja/lexer.h"

#include <ctype.h>
#include <string.h>

void jinja_add_utf8(struct buf *out, unsigned code)
{
	if (code < 0x80) {
		buf_putc(out, (char)code);
	} else if (code < 0x800) {
		buf_putc(out, (char)(0xC0 | code >> 6));
		buf_putc(out, (char)(0x80 | (code & 0x3F)));
	} else if (code < 0x10000) {
		buf_putc(out, (char)(0xE0 | code >> 12));
		buf_putc(out, (char)(0x80 | (code >> 6 & 0x3F)));
		buf_putc(out, (char)(0x80 | (code & 0x3F)));
	} else {
		buf_putc(out, (char)(0xF0 | code >> 18));
		buf_putc(out, (char)(0x80 | (code >> 12 & 0x3F)));
		buf_putc(out, (char)(0x80 | (code >> 6 & 0x3F)));
		buf_putc(out, (char)(0x80 | (code & 0x3F)));
	}
}

/* \xHH, \uHHHH, \UHHHHHHHH; anything malformed stays as it is written. */
static size_t add_code(struct buf *out, const char *at, const char *end)
{
	size_t digits = *at == 'x' ? 2 : *at == 'u' ? 4 : 8;
	unsigned code = 0;
	if ((size_t)(end - at - 1) < digits)
		return 0;
	for (size_t i = 1; i <= digits; i++) {
		if (!isxdigit((unsigned char)at[i]))
			return 0;
		code = code * 16 + (unsigned)(isdigit((unsigned char)at[i])
						      ? at[i] - '0'
						      : (at[i] | 32) - 'a' + 10);
	}
	if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
		return 0;
	jinja_add_utf8(out, code);
	return digits + 1;
}

static size_t add_octal(struct buf *out, const char *at, const char *end)
{
	size_t digits = 0;
	unsigned code = 0;
	for (; digits < 3 && at + digits < end && at[digits] >= '0' && at[digits] < '8'; digits++)
		code = code * 8 + (unsigned)(at[digits] - '0');
	jinja_add_utf8(out, code);
	return digits;
}

size_t jinja_add_escape(struct buf *out, const char *at, const char *end)
{
	static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
	const char *known = *at ? strchr(from, *at) : NULL;
	if (known) {
		buf_putc(out, to[known - from]);
		return 1;
	}
	if (*at == '\n')
		return 1;
	if (*at >= '0' && *at < '8')
		return add_octal(out, at, end);
	size_t taken = *at && strchr("xuU", *at) ? add_code(out, at, end) : 0;
	if (!taken)
		buf_putc(out, '\\');
	return taken;
}
