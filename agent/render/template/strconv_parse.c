#include "agent/render/template/strconv.h"

#include "common/memory.h"
#include "common/own.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	char lower = (char)(c | 0x20);
	return lower >= 'a' && lower <= 'z' ? lower - 'a' + 10 : 99;
}

static unsigned prefix_base(const char *text, size_t len)
{
	if (len < 3 || text[0] != '0')
		return len > 1 && text[0] == '0' ? 8 : 10;
	switch (text[1] | 0x20) {
	case 'x':
		return 16;
	case 'o':
		return 8;
	case 'b':
		return 2;
	default:
		return 8;
	}
}

/* Underscores stand between digits, or between a base prefix and a digit. */
static bool underscores_fit(const char *text, size_t len)
{
	char before = '^';
	if (len && (*text == '+' || *text == '-')) {
		text++;
		len--;
	}
	size_t at = 0;
	bool hex = false;
	if (len >= 2 && text[0] == '0' && strchr("xXoObB", text[1]) && text[1]) {
		hex = (text[1] | 0x20) == 'x';
		before = '0';
		at = 2;
	}
	for (; at < len; at++) {
		int digit = digit_of(text[at]);
		bool is_digit = digit < 10 || (hex && digit < 16);
		if (text[at] == '_' ? before != '0' : before == '_' && !is_digit)
			return false;
		before = is_digit ? '0' : text[at] == '_' ? '_' : '!';
	}
	return before != '_';
}

enum strconv_status strconv_uint(const char *text, size_t len, unsigned base, uint64_t *number)
{
	const char *all = text;
	size_t all_len = len;
	bool free_base = base == 0, underscores = false, range = false;
	if (free_base) {
		base = prefix_base(text, len);
		size_t skip = base == 10 ? 0 : len >= 3 && isalpha((unsigned char)text[1]) ? 2 : 1;
		text += skip;
		len -= skip;
	}
	if (!len)
		return STRCONV_SYNTAX;
	uint64_t sum = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '_' && free_base) {
			underscores = true;
			continue;
		}
		int digit = digit_of(text[i]);
		if (digit >= (int)base)
			return STRCONV_SYNTAX;
		range |= __builtin_mul_overflow(sum, (uint64_t)base, &sum) ||
			 __builtin_add_overflow(sum, (uint64_t)digit, &sum);
	}
	if (underscores && !underscores_fit(all, all_len))
		return STRCONV_SYNTAX;
	*number = range ? UINT64_MAX : sum;
	return range ? STRCONV_RANGE : STRCONV_OK;
}

enum strconv_status strconv_int(const char *text, size_t len, unsigned base, int64_t *number)
{
	bool negative = len && *text == '-';
	size_t sign = len && (*text == '-' || *text == '+') ? 1 : 0;
	uint64_t size = 0, limit = (uint64_t)INT64_MAX + negative;
	enum strconv_status status = strconv_uint(text + sign, len - sign, base, &size);
	if (status == STRCONV_SYNTAX)
		return status;
	if (size > limit)
		status = STRCONV_RANGE;
	if (status == STRCONV_RANGE)
		size = limit;
	*number = (int64_t)(negative ? 0 - size : size);
	return status;
}

static size_t digits_at(const char *text, size_t at, size_t len, bool hex)
{
	size_t from = at;
	while (at < len && (text[at] == '_' || digit_of(text[at]) < (hex ? 16 : 10)))
		at++;
	return at - from;
}

/* Is it one of Go's floating-point texts, all of it? */
static bool is_float_text(const char *text, size_t len)
{
	size_t at = len && (*text == '+' || *text == '-') ? 1 : 0;
	bool hex = len - at > 2 && text[at] == '0' && (text[at + 1] | 0x20) == 'x';
	at += hex ? 2 : 0;
	size_t digits = digits_at(text, at, len, hex);
	at += digits;
	if (at < len && text[at] == '.') {
		size_t more = digits_at(text, at + 1, len, hex);
		digits += more;
		at += more + 1;
	}
	if (!digits)
		return false;
	if (at < len && (text[at] | 0x20) == (hex ? 'p' : 'e')) {
		at++;
		at += at < len && (text[at] == '+' || text[at] == '-') ? 1 : 0;
		size_t exponent = digits_at(text, at, len, false);
		return exponent && at + exponent == len && text[at] != '_';
	}
	return at == len && !hex;
}

static bool is_special(const char *text, size_t len, double *number)
{
	static const char *const infinite[] = {"inf", "infinity"};
	bool negative = len && *text == '-';
	size_t sign = len && (*text == '-' || *text == '+') ? 1 : 0;
	for (size_t i = 0; i < COUNT_OF(infinite); i++) {
		if (strlen(infinite[i]) == len - sign &&
		    strncasecmp(text + sign, infinite[i], len - sign) == 0) {
			*number = negative ? -INFINITY : INFINITY;
			return true;
		}
	}
	*number = NAN;
	return len == 3 && strncasecmp(text, "nan", 3) == 0;
}

enum strconv_status strconv_float(const char *text, size_t len, double *number)
{
	if (is_special(text, len, number))
		return STRCONV_OK;
	if (!is_float_text(text, len) || !underscores_fit(text, len))
		return STRCONV_SYNTAX;
	autofree char *plain = mem_alloc(len + 1);
	size_t kept = 0;
	for (size_t i = 0; i < len; i++)
		if (text[i] != '_')
			plain[kept++] = text[i];
	*number = strtod(plain, NULL);
	return isinf(*number) ? STRCONV_RANGE : STRCONV_OK;
}

void strconv_explain(struct buf *out, const char *function, const char *text, size_t len,
		     enum strconv_status status)
{
	buf_printf(out, "strconv.%s: parsing ", function);
	strconv_quote(out, text, len, false);
	buf_puts(out, status == STRCONV_RANGE ? ": value out of range" : ": invalid syntax");
}
