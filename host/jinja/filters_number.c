#include "common/own.h"
#include "host/jinja/filters.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static FILTER(do_abs)
{
	bool failed = false;
	const struct value zero = {.kind = VALUE_INT};
	(void)arguments;
	if (!need_defined(run, at, subject))
		return NULL;
	int sign = order(run, at, subject, &zero, &failed);
	if (failed)
		return NULL;
	if (subject->kind == VALUE_BOOL)
		return value_int(run->arena, subject->boolean);
	return sign < 0 ? negate(run, at, subject) : subject;
}

static bool is_end(const char *text, const char *end)
{
	return end != text && !end[strspn(end, " \t\n\r\f\v")];
}

/* Python reads no hexadecimal floats, and no "nan(...)". */
static bool is_real(const char *text, const char *end)
{
	return is_end(text, end) && !strpbrk(text, "xX(");
}

static struct value *real_to_integer(struct run *run, const struct expression *at, double real,
				     struct value *otherwise)
{
	if (!isfinite(real))
		return otherwise;
	return fabs(real) < 9e18 ? value_int(run->arena, (int64_t)real)
				 : run_fail(run, at, "the number does not fit in 64 bits");
}

static FILTER(do_int)
{
	char *end;
	if (!need_defined(run, at, subject))
		return NULL;
	struct value *otherwise = arguments[0] ? arguments[0] : value_int(run->arena, 0);
	if (subject->kind == VALUE_INT)
		return subject;
	if (subject->kind == VALUE_BOOL)
		return value_int(run->arena, subject->boolean);
	if (subject->kind == VALUE_FLOAT)
		return real_to_integer(run, at, subject->real, otherwise);
	if (subject->kind != VALUE_STRING)
		return otherwise;
	const char *text = subject->string.data;
	errno = 0;
	int64_t number = strtoll(text, &end, (int)filter_integer(arguments[1], 10));
	if (is_end(text, end) && !errno)
		return value_int(run->arena, number);
	double real = strtod(text, &end);
	return is_real(text, end) ? real_to_integer(run, at, real, otherwise) : otherwise;
}

static FILTER(do_float)
{
	char *end;
	if (!need_defined(run, at, subject))
		return NULL;
	if (subject->kind == VALUE_FLOAT)
		return subject;
	if (subject->kind == VALUE_INT || subject->kind == VALUE_BOOL)
		return value_float(run->arena, subject->kind == VALUE_INT ? (double)subject->integer
									  : subject->boolean);
	if (subject->kind == VALUE_STRING) {
		double real = strtod(subject->string.data, &end);
		if (is_real(subject->string.data, end))
			return value_float(run->arena, real);
	}
	return arguments[0] ? arguments[0] : value_float(run->arena, 0);
}

/* An integer stays one; a negative precision rounds it, halves to the even neighbour. */
static struct value *round_integer(struct run *run, struct value *subject, int64_t digits)
{
	int64_t unit = 1, number = subject->integer;
	if (digits >= 0)
		return subject;
	for (; digits < 0; digits++)
		if (__builtin_mul_overflow(unit, 10, &unit) || unit > INT64_MAX / 20)
			return value_int(run->arena, 0);
	int64_t rest = number % unit;
	if (rest < 0)
		rest += unit;
	int64_t down = number - rest, twice = rest * 2;
	bool up = twice > unit || (twice == unit && (down / unit) % 2 != 0);
	return value_int(run->arena, up ? down + unit : down);
}

/* Python rounds halves to the even neighbour, by the decimal text of the number. */
static double round_real(double real, int64_t digits)
{
	char text[400];
	if (!isfinite(real) || digits > 300)
		return real;
	if (digits < 0) {
		double unit = pow(10, (double)-digits);
		if (fabs(real) / unit >= 9007199254740992.0)
			return real; /* neighbours are farther apart than the unit */
		return isinf(unit) ? copysign(0, real) : nearbyint(real / unit) * unit;
	}
	snprintf(text, sizeof text, "%.*f", (int)(digits > 60 ? 60 : digits), real);
	return strtod(text, NULL);
}

static FILTER(do_round)
{
	int64_t digits = filter_integer(arguments[0], 0);
	const char *method = arguments[1] ? value_text(arguments[1]) : "common";
	bool ceils = method && strcmp(method, "ceil") == 0;
	bool floors = method && strcmp(method, "floor") == 0;
	if (!ceils && !floors && (!method || strcmp(method, "common") != 0))
		return run_fail(run, at, "'round' knows the methods common, ceil and floor");
	if (!need_defined(run, at, subject))
		return NULL;
	if (subject->kind != VALUE_INT && subject->kind != VALUE_FLOAT &&
	    subject->kind != VALUE_BOOL)
		return run_fail(run, at, "'round' takes a number, not '%s'", python_type(subject));
	struct value number = *subject;
	if (number.kind == VALUE_BOOL)
		number = (struct value){.kind = VALUE_INT, .integer = subject->boolean};
	if (number.kind == VALUE_INT && !ceils && !floors)
		return round_integer(run, value_int(run->arena, number.integer), digits);
	double real = number.kind == VALUE_INT ? (double)number.integer : number.real;
	double scale = pow(10, (double)digits);
	if (!ceils && !floors)
		return value_float(run->arena, round_real(real, digits));
	/* Python goes by way of an integer, which has no -0. */
	double whole = ceils ? ceil(real * scale) : floor(real * scale);
	return value_float(run->arena, (whole == 0 ? 0 : whole) / scale);
}

static const struct jinja_function filters[] = {
	{"abs", "", do_abs},
	{"float", "default", do_float},
	{"int", "default,base", do_int},
	{"round", "precision,method", do_round},
};

const struct filter_family number_filters = {filters, COUNT_OF(filters)};
