#include "agent/render/template/literal.h"

#include "agent/render/template/strconv.h"

#include <math.h>
#include <string.h>

static bool has_any(const char *text, size_t len, const char *set)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] && strchr(set, text[i]))
			return true;
	return false;
}

static int fail_quoted(struct error *err, const char *what, const char *text, size_t len)
{
	auto_buf struct buf shown = {0};
	strconv_quote(&shown, text, len, false);
	return error_set(err, "%s: %s", what, buf_text(&shown));
}

static int character(const char *text, size_t len, struct number *number, struct error *err)
{
	uint32_t rune;
	size_t width;
	bool byte;
	if (!strconv_unquote_char(text + 1, len - 1, '\'', &rune, &width, &byte))
		return error_set(err, "invalid syntax");
	if (width + 2 != len)
		return error_set(err, "malformed character constant: %.*s", (int)len, text);
	*number = (struct number){.is_int = true,
				  .is_uint = true,
				  .is_float = true,
				  .integer = rune,
				  .natural = rune,
				  .real = rune};
	return 0;
}

/* A real number is also every smaller kind that holds it exactly. */
static void narrow(struct number *number)
{
	double real = number->real;
	if (!number->is_int && real == trunc(real) && real >= -0x1p63 && real < 0x1p63) {
		number->is_int = true;
		number->integer = (int64_t)real;
	}
	if (!number->is_uint && real == trunc(real) && real >= 0 && real < 0x1p64) {
		number->is_uint = true;
		number->natural = (uint64_t)real;
	}
}

static bool imaginary(const char *text, size_t len, struct number *number)
{
	if (strconv_float(text, len - 1, &number->imaginary) != STRCONV_OK)
		return false;
	number->is_complex = true;
	number->is_float = number->imaginary == 0;
	if (number->is_float)
		narrow(number);
	return true;
}

/* "1+2i": the real part ends at the sign that begins the imaginary one. */
static int complex_number(const char *text, size_t len, struct number *number, struct error *err)
{
	size_t split = len - 1;
	while (split > 1 &&
	       !((text[split] == '+' || text[split] == '-') && !strchr("eEpP", text[split - 1])))
		split--;
	bool pair = text[split] == '+' || text[split] == '-';
	if (strconv_float(text, split, &number->real) != STRCONV_OK ||
	    !imaginary(text + split, len - split, number))
		return pair ? error_set(err, "syntax error scanning complex number")
			    : fail_quoted(err, "illegal number syntax", text, len);
	return 0;
}

int literal_number(const char *text, size_t len, struct number *number, struct error *err)
{
	*number = (struct number){0};
	if (text[0] == '\'')
		return character(text, len, number, err);
	if (text[len - 1] == 'i' && imaginary(text, len, number))
		return 0;
	if (text[len - 1] == 'i')
		return complex_number(text, len, number, err);
	number->is_uint = strconv_uint(text, len, 0, &number->natural) == STRCONV_OK;
	number->is_int = strconv_int(text, len, 0, &number->integer) == STRCONV_OK;
	if (number->is_int && number->integer == 0)
		number->is_uint = true;
	if (number->is_int || number->is_uint) {
		number->is_float = true;
		number->real = number->is_int ? (double)number->integer : (double)number->natural;
		return 0;
	}
	if (strconv_float(text, len, &number->real) != STRCONV_OK)
		return fail_quoted(err, "illegal number syntax", text, len);
	if (!has_any(text, len, ".eEpP"))
		return fail_quoted(err, "integer overflow", text, len);
	number->is_float = true;
	narrow(number);
	return 0;
}

bool literal_is_integer(const char *text, size_t len)
{
	bool hex = len > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
	if (text[0] == '\'' || (hex && !has_any(text, len, "pP")))
		return true;
	return !has_any(text, len, ".eEpP");
}
