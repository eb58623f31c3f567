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
	return sign < 0 ? negate(run, at, subject) : subject;
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
		return fabs(subject->real) < 9e18 ? value_int(run->arena, (int64_t)subject->real)
						  : otherwise;
	if (subject->kind != VALUE_STRING)
		return otherwise;
	const char *text = subject->string.data;
	errno = 0;
	int64_t number = strtoll(text, &end, (int)filter_integer(arguments[1], 10));
	end += strspn(end, " \t\n");
	if (end != text && !*end && !errno)
		return value_int(run->arena, number);
	double real = strtod(text, &end);
	end += strspn(end, " \t\n");
	bool is_real = end != text && !*end && fabs(real) < 9e18;
	return is_real ? value_int(run->arena, (int64_t)real) : otherwise;
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
		end += strspn(end, " \t\n");
		if (end != subject->string.data && !*end)
			return value_float(run->arena, real);
	}
	return arguments[0] ? arguments[0] : value_float(run->arena, 0);
}

static FILTER(do_round)
{
	const char *method = arguments[1] ? value_text(arguments[1]) : "common";
	bool common = method && strcmp(method, "common") == 0;
	if (common && subject->kind == VALUE_INT)
		return subject;
	struct value *real = do_float(run, at, subject, (struct value *[]){NULL});
	if (!real)
		return NULL;
	double scale = pow(10, (double)filter_integer(arguments[0], 0)),
	       scaled = real->real * scale;
	if (method && strcmp(method, "ceil") == 0)
		return value_float(run->arena, ceil(scaled) / scale);
	if (method && strcmp(method, "floor") == 0)
		return value_float(run->arena, floor(scaled) / scale);
	if (!common)
		return run_fail(run, at, "'round' knows the methods common, ceil and floor");
	/* Python rounds halves to the even neighbour, by the decimal text of the number. */
	char text[400];
	int64_t digits = filter_integer(arguments[0], 0);
	if (digits < 0)
		return value_float(run->arena, nearbyint(scaled) / scale);
	snprintf(text, sizeof text, "%.*f", (int)(digits > 30 ? 30 : digits), real->real);
	return value_float(run->arena, strtod(text, NULL));
}

static const struct jinja_function filters[] = {
	{"abs", "", do_abs},
	{"float", "default", do_float},
	{"int", "default,base", do_int},
	{"round", "precision,method", do_round},
};

const struct filter_family number_filters = {filters, COUNT_OF(filters)};
