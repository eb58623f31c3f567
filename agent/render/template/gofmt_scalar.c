#include "agent/render/template/gofmt_internal.h"

#include "agent/render/template/runes.h"
#include "agent/render/template/strconv.h"

#include <string.h>

void verb_padding(struct verb *verb, int count)
{
	if (count <= 0 || verb->out->len > verb->limit)
		return;
	memset(buf_reserve(verb->out, (size_t)count), verb->zero ? '0' : ' ', (size_t)count);
	verb->out->len += (size_t)count;
	verb->out->data[verb->out->len] = '\0';
}

void verb_pad(struct verb *verb, const char *text, size_t len)
{
	int missing = verb->has_width ? verb->width - (int)rune_count(text, len) : 0;
	if (!verb->minus)
		verb_padding(verb, missing);
	if (verb->out->len <= verb->limit)
		buf_add(verb->out, text, len);
	if (verb->minus)
		verb_padding(verb, missing);
}

static size_t truncated(const struct verb *verb, const char *text, size_t len)
{
	return verb->has_precision ? rune_prefix(text, len, (size_t)verb->precision) : len;
}

void verb_string(struct verb *verb, const char *text, size_t len)
{
	verb_pad(verb, text, truncated(verb, text, len));
}

void verb_quoted(struct verb *verb, const char *text, size_t len)
{
	auto_buf struct buf quoted = {0};
	len = truncated(verb, text, len);
	if (verb->sharp && strconv_can_backquote(text, len)) {
		buf_putc(&quoted, '`');
		buf_add(&quoted, text, len);
		buf_putc(&quoted, '`');
	} else {
		strconv_quote(&quoted, text, len, verb->plus);
	}
	verb_pad(verb, quoted.data, quoted.len);
}

static size_t hex_width(const struct verb *verb, size_t len)
{
	size_t width = 2 * len;
	if (!verb->space)
		return width + (verb->sharp && len ? 2 : 0);
	return (verb->sharp ? width * 2 : width) + (len ? len - 1 : 0);
}

void verb_hex_string(struct verb *verb, const char *text, size_t len, bool upper)
{
	const char *prefix = upper ? "0X" : "0x";
	if (verb->has_precision && (size_t)verb->precision < len)
		len = (size_t)verb->precision;
	int missing = verb->has_width ? verb->width - (int)hex_width(verb, len) : 0;
	if (!verb->minus || !len)
		verb_padding(verb, missing);
	for (size_t i = 0; i < len && verb->out->len <= verb->limit; i++) {
		if (i && verb->space)
			buf_putc(verb->out, ' ');
		if (verb->sharp && (verb->space || !i))
			buf_puts(verb->out, prefix);
		buf_printf(verb->out, upper ? "%02X" : "%02x", (unsigned)(unsigned char)text[i]);
	}
	if (verb->minus && len)
		verb_padding(verb, missing);
}

static void add_digits(struct buf *text, uint64_t bits, unsigned base, bool upper, int least)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char reversed[64];
	int count = 0;
	do
		reversed[count++] = digits[bits % base];
	while (bits /= base);
	for (int i = count; i < least; i++)
		buf_putc(text, '0');
	while (count)
		buf_putc(text, reversed[--count]);
}

static void add_base_prefix(struct verb *verb, struct buf *text, uint64_t bits, unsigned base,
			    char letter, int least)
{
	if (letter == 'O')
		buf_puts(text, "0o");
	if (verb->sharp && base == 2)
		buf_puts(text, "0b");
	else if (verb->sharp && base == 16)
		buf_puts(text, letter == 'X' ? "0X" : "0x");
	else if (verb->sharp && base == 8) {
		auto_buf struct buf digits = {0};
		add_digits(&digits, bits, base, false, least);
		if (digits.data[0] != '0')
			buf_putc(text, '0');
	}
}

void verb_integer(struct verb *verb, struct integer number, unsigned base, char letter)
{
	bool negative = number.is_signed && (int64_t)number.bits < 0, zero = verb->zero;
	uint64_t bits = negative ? 0 - number.bits : number.bits;
	int least = 0;
	if (verb->has_precision) {
		least = verb->precision;
		if (!least && !bits) {
			verb->zero = false;
			verb_padding(verb, verb->has_width ? verb->width : 0);
			verb->zero = zero;
			return;
		}
	} else if (verb->zero && verb->has_width) {
		least = verb->width - (negative || verb->plus || verb->space);
	}
	auto_buf struct buf text = {0};
	if (negative || verb->plus || verb->space)
		buf_putc(&text, negative ? '-' : verb->plus ? '+' : ' ');
	add_base_prefix(verb, &text, bits, base, letter, least);
	add_digits(&text, bits, base, letter == 'X', least);
	verb->zero = false;
	verb_pad(verb, text.data, text.len);
	verb->zero = zero;
}

void verb_pointer(struct verb *verb, uint64_t bits, bool leading_0x)
{
	bool sharp = verb->sharp;
	verb->sharp = leading_0x;
	verb_integer(verb, (struct integer){bits, false}, 16, 'v');
	verb->sharp = sharp;
}

static uint32_t rune_of(uint64_t bits)
{
	return bits > RUNE_MAX ? RUNE_ERROR : (uint32_t)bits;
}

void verb_character(struct verb *verb, uint64_t bits)
{
	auto_buf struct buf text = {0};
	rune_append(&text, rune_of(bits));
	verb_pad(verb, text.data, text.len);
}

void verb_quoted_character(struct verb *verb, uint64_t bits)
{
	auto_buf struct buf text = {0};
	strconv_quote_rune(&text, rune_of(bits), verb->plus);
	verb_pad(verb, text.data, text.len);
}

void verb_unicode(struct verb *verb, uint64_t bits)
{
	auto_buf struct buf text = {0};
	buf_puts(&text, "U+");
	add_digits(&text, bits, 16, true,
		   verb->has_precision && verb->precision > 4 ? verb->precision : 4);
	if (verb->sharp && bits <= RUNE_MAX && rune_is_printable((uint32_t)bits)) {
		buf_puts(&text, " '");
		rune_append(&text, (uint32_t)bits);
		buf_putc(&text, '\'');
	}
	bool zero = verb->zero;
	verb->zero = false;
	verb_pad(verb, text.data, text.len);
	verb->zero = zero;
}

/* The # flag keeps a decimal point and, for the shorter forms, trailing zeros. */
static void sharpen(struct buf *text, char letter, int precision)
{
	bool keeps = letter == 'v' || letter == 'g' || letter == 'G' || letter == 'x';
	int digits = !keeps ? 0 : precision < 0 ? 6 : precision;
	bool hex = letter == 'x' || letter == 'X', point = false, counted = false;
	size_t at = 1;
	for (; at < text->len; at++) {
		char c = text->data[at];
		if (c == 'p' || c == 'P' || (!hex && (c == 'e' || c == 'E')))
			break;
		if (c == '.') {
			point = true;
			continue;
		}
		counted |= c != '0';
		digits -= counted;
	}
	auto_buf struct buf tail = {0};
	buf_add(&tail, text->data + at, text->len - at);
	text->len = at;
	if (!point) {
		digits -= at == 2 && text->data[1] == '0';
		buf_putc(text, '.');
	}
	for (; digits > 0; digits--)
		buf_putc(text, '0');
	buf_add(text, buf_text(&tail), tail.len);
}

/* With a sign always first, so that it can be shown, hidden or set before zeros. */
static void signed_text(struct verb *verb, struct buf *text, double number, char letter,
			int precision)
{
	auto_buf struct buf plain = {0};
	strconv_format_float(&plain, number, letter == 'v' ? 'g' : letter, precision);
	bool has_sign = plain.data[0] == '-' || plain.data[0] == '+';
	if (!has_sign)
		buf_putc(text, '+');
	buf_add(text, plain.data, plain.len);
	if (verb->space && text->data[0] == '+' && !verb->plus)
		text->data[0] = ' ';
}

static void infinite(struct verb *verb, const struct buf *text)
{
	bool zero = verb->zero, hidden = text->data[1] == 'N' && !verb->space && !verb->plus;
	verb->zero = false;
	verb_pad(verb, text->data + hidden, text->len - hidden);
	verb->zero = zero;
}

void verb_float(struct verb *verb, double number, char letter, int precision)
{
	auto_buf struct buf text = {0};
	if (verb->has_precision)
		precision = verb->precision;
	signed_text(verb, &text, number, letter, precision);
	if (text.data[1] == 'I' || text.data[1] == 'N') {
		infinite(verb, &text);
		return;
	}
	if (verb->sharp && letter != 'b')
		sharpen(&text, letter, precision);
	if (!verb->plus && text.data[0] == '+') {
		verb_pad(verb, text.data + 1, text.len - 1);
	} else if (verb->zero && verb->has_width && verb->width > (int)text.len) {
		buf_putc(verb->out, text.data[0]);
		verb_padding(verb, verb->width - (int)text.len);
		buf_add(verb->out, text.data + 1, text.len - 1);
	} else {
		verb_pad(verb, text.data, text.len);
	}
}
