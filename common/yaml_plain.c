#include "common/yaml_plain.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_integer(const char *text, int64_t *number)
{
	const char *digits = text + (*text == '+' || *text == '-');
	int base = strncmp(text, "0x", 2) == 0 ? 16 : strncmp(text, "0o", 2) == 0 ? 8 : 10;
	if (base != 10)
		digits = text + 2;
	if (!*digits || digits[strspn(digits, base == 16  ? "0123456789abcdefABCDEF"
					      : base == 8 ? "01234567"
							  : "0123456789")])
		return false;
	errno = 0;
	*number = strtoll(base == 10 ? text : digits, NULL, base);
	return errno == 0;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* [-+]? ( \.[0-9]+ | [0-9]+ ( \.[0-9]* )? ) ( [eE][-+]?[0-9]+ )? */
static bool is_float_text(const char *text)
{
	const char *at = text + (*text == '+' || *text == '-');
	size_t whole = strspn(at, "0123456789");
	at += whole;
	size_t fraction = 0;
	if (*at == '.') {
		fraction = strspn(at + 1, "0123456789");
		at += 1 + fraction;
	}
	if (!whole && !fraction)
		return false;
	if (*at == 'e' || *at == 'E') {
		at++;
		at += *at == '+' || *at == '-';
		size_t digits = strspn(at, "0123456789");
		if (!digits)
			return false;
		at += digits;
	}
	return !*at;
}

static bool is_float(const char *text, double *number)
{
	static const char *const infinite[] = {".inf", ".Inf", ".INF", "+.inf", NULL};
	static const char *const negative[] = {"-.inf", "-.Inf", "-.INF", NULL};
	static const char *const nan[] = {".nan", ".NaN", ".NAN", NULL};
	if (is_one_of(text, infinite))
		*number = INFINITY;
	else if (is_one_of(text, negative))
		*number = -INFINITY;
	else if (is_one_of(text, nan))
		*number = NAN;
	else if (is_float_text(text))
		*number = strtod(text, NULL);
	else
		return false;
	return true;
}

struct value *yaml_plain(struct arena *arena, const char *text)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const trues[] = {"true", "True", "TRUE", NULL};
	static const char *const falses[] = {"false", "False", "FALSE", NULL};
	int64_t integer;
	double real;
	if (is_one_of(text, nulls))
		return value_null(arena);
	if (is_one_of(text, trues) || is_one_of(text, falses))
		return value_bool(arena, text[0] == 't' || text[0] == 'T');
	if (is_integer(text, &integer))
		return value_int(arena, integer);
	if (is_float(text, &real))
		return value_float(arena, real);
	return value_string(arena, text);
}
