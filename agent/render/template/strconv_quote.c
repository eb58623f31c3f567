#include "agent/render/template/strconv.h"

#include "agent/render/template/runes.h"

#include <string.h>

static bool simple_escape(char letter, char quote, uint32_t *rune)
{
	static const char letters[] = "abfnrtv\\", meanings[] = "\a\b\f\n\r\t\v\\";
	const char *at = letter ? strchr(letters, letter) : NULL;
	if (at) {
		*rune = (unsigned char)meanings[at - letters];
		return true;
	}
	*rune = (unsigned char)letter;
	return letter == quote && (letter == '"' || letter == '\'');
}

static bool read_digits(const char *text, size_t count, unsigned base, uint32_t *number)
{
	uint64_t sum;
	if (memchr(text, '_', count) || strconv_uint(text, count, base, &sum) != STRCONV_OK)
		return false;
	*number = (uint32_t)sum;
	return true;
}

static bool numeric_escape(const char *text, size_t len, uint32_t *rune, size_t *width, bool *byte)
{
	bool octal = text[1] >= '0' && text[1] <= '7';
	size_t digits = octal ? 3 : text[1] == 'x' ? 2 : text[1] == 'u' ? 4 : 8;
	size_t from = octal ? 1 : 2;
	if (!octal && text[1] != 'x' && text[1] != 'u' && text[1] != 'U')
		return false;
	if (len < from + digits || !read_digits(text + from, digits, octal ? 8 : 16, rune))
		return false;
	*width = from + digits;
	*byte = octal || text[1] == 'x';
	if (*byte)
		return *rune <= 0xFF;
	return *rune <= RUNE_MAX && (*rune < 0xD800 || *rune > 0xDFFF);
}

bool strconv_unquote_char(const char *text, size_t len, char quote, uint32_t *rune, size_t *width,
			  bool *byte)
{
	*byte = false;
	if (!len || text[0] == quote)
		return false;
	if (text[0] != '\\') {
		*rune = rune_decode(text, len, width);
		return true;
	}
	if (len < 2)
		return false;
	*width = 2;
	return simple_escape(text[1], quote, rune) || numeric_escape(text, len, rune, width, byte);
}

static void unquote_raw(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\r')
			buf_putc(out, text[i]);
}

bool strconv_unquote(struct buf *out, const char *text, size_t len)
{
	if (len < 2 || text[0] != text[len - 1])
		return false;
	if (text[0] == '`') {
		unquote_raw(out, text + 1, len - 2);
		return true;
	}
	for (size_t at = 1; at < len - 1;) {
		uint32_t rune;
		size_t width;
		bool byte;
		if (!strconv_unquote_char(text + at, len - 1 - at, text[0], &rune, &width, &byte))
			return false;
		if (byte)
			buf_putc(out, (char)rune);
		else
			rune_append(out, rune);
		at += width;
	}
	return true;
}

static void quote_escape(struct buf *out, uint32_t rune)
{
	static const char from[] = "\a\b\f\n\r\t\v", to[] = "abfnrtv";
	const char *at = rune && rune < 0x80 ? strchr(from, (int)rune) : NULL;
	if (at)
		buf_printf(out, "\\%c", to[at - from]);
	else if (rune < ' ' || rune == 0x7F)
		buf_printf(out, "\\x%02x", (unsigned)rune);
	else
		buf_printf(out, rune < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)rune);
}

static void quote_one(struct buf *out, uint32_t rune, char quote, bool ascii)
{
	if (rune == (unsigned char)quote || rune == '\\') {
		buf_putc(out, '\\');
		buf_putc(out, (char)rune);
	} else if (rune_is_printable(rune) && (!ascii || rune < 0x80)) {
		rune_append(out, rune);
	} else {
		quote_escape(out, rune);
	}
}

void strconv_quote(struct buf *out, const char *text, size_t len, bool ascii)
{
	buf_putc(out, '"');
	for (size_t at = 0; at < len;) {
		size_t width;
		uint32_t rune = rune_decode(text + at, len - at, &width);
		if (rune == RUNE_ERROR && width == 1)
			buf_printf(out, "\\x%02x", (unsigned)(unsigned char)text[at]);
		else
			quote_one(out, rune, '"', ascii);
		at += width;
	}
	buf_putc(out, '"');
}

void strconv_quote_rune(struct buf *out, uint32_t rune, bool ascii)
{
	if (rune > RUNE_MAX || (rune >= 0xD800 && rune <= 0xDFFF))
		rune = RUNE_ERROR;
	buf_putc(out, '\'');
	quote_one(out, rune, '\'', ascii);
	buf_putc(out, '\'');
}

bool strconv_can_backquote(const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		size_t width;
		uint32_t rune = rune_decode(text + at, len - at, &width);
		if (width == 1 && (rune == RUNE_ERROR || rune == '`' || rune == 0x7F ||
				   (rune < ' ' && rune != '\t')))
			return false;
		if (rune == 0xFEFF)
			return false;
		at += width;
	}
	return true;
}
