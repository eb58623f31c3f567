#include "agent/render/functions/sprig.h"

#include "agent/render/template/gofmt.h"
#include "agent/render/template/strconv.h"

#include <math.h>

static struct value *int64(const struct call *call, int64_t number)
{
	return type_named(value_int(call->arena, number), "int64");
}

static struct value *math_int64(struct call *call, struct error *err)
{
	(void)err;
	return int64(call, sprig_integer(call->args[0]));
}

static struct value *math_int(struct call *call, struct error *err)
{
	(void)err;
	return value_int(call->arena, sprig_integer(call->args[0]));
}

static struct value *math_float64(struct call *call, struct error *err)
{
	(void)err;
	return value_float(call->arena, sprig_real(call->args[0]));
}

/* What doesn't fit is as near as it can be, as strconv has it. */
static struct value *math_atoi(struct call *call, struct error *err)
{
	(void)err;
	int64_t number = 0;
	enum strconv_status status =
		strconv_int(call_text(call, 0), call_len(call, 0), 10, &number);
	if (status == STRCONV_RANGE)
		number = call_text(call, 0)[0] == '-' ? INT64_MIN : INT64_MAX;
	return value_int(call->arena, status == STRCONV_SYNTAX ? 0 : number);
}

/* Octal digits: Unix modes. */
static struct value *math_to_decimal(struct call *call, struct error *err)
{
	(void)err;
	auto_buf struct buf text = {0}, octal = {0};
	int64_t number = 0;
	gofmt_value(&text, call->args[0]);
	const char *digits = buf_text(&text);
	bool sign = digits[0] == '-' || digits[0] == '+';
	if (sign)
		buf_putc(&octal, digits[0]);
	buf_puts(&octal, "0");
	buf_puts(&octal, digits + sign);
	bool plain = digits[sign] >= '0' && digits[sign] <= '7';
	for (size_t i = sign; i < text.len; i++)
		plain = plain && digits[i] >= '0' && digits[i] <= '7';
	bool fits = plain && strconv_int(buf_text(&octal), octal.len, 0, &number) == STRCONV_OK;
	return int64(call, fits ? number : 0);
}

static struct value *math_add1(struct call *call, struct error *err)
{
	(void)err;
	return int64(call, (int64_t)((uint64_t)sprig_integer(call->args[0]) + 1));
}

static struct value *math_add(struct call *call, struct error *err)
{
	(void)err;
	uint64_t sum = 0;
	for (size_t i = 0; i < call->count; i++)
		sum += (uint64_t)sprig_integer(call->args[i]);
	return int64(call, (int64_t)sum);
}

static struct value *math_sub(struct call *call, struct error *err)
{
	(void)err;
	return int64(call, (int64_t)((uint64_t)sprig_integer(call->args[0]) -
				     (uint64_t)sprig_integer(call->args[1])));
}

static struct value *math_mul(struct call *call, struct error *err)
{
	(void)err;
	uint64_t product = 1;
	for (size_t i = 0; i < call->count; i++)
		product *= (uint64_t)sprig_integer(call->args[i]);
	return int64(call, (int64_t)product);
}

static struct value *divided(struct call *call, bool rest, struct error *err)
{
	int64_t a = sprig_integer(call->args[0]), b = sprig_integer(call->args[1]);
	if (b == 0)
		return sprig_fail(err, "runtime error: integer divide by zero");
	if (b == -1)
		return int64(call, rest ? 0 : (int64_t)(0 - (uint64_t)a));
	return int64(call, rest ? a % b : a / b);
}

static struct value *math_div(struct call *call, struct error *err)
{
	return divided(call, false, err);
}

static struct value *math_mod(struct call *call, struct error *err)
{
	return divided(call, true, err);
}

static struct value *math_max(struct call *call, struct error *err)
{
	(void)err;
	int64_t most = sprig_integer(call->args[0]);
	for (size_t i = 1; i < call->count; i++)
		if (sprig_integer(call->args[i]) > most)
			most = sprig_integer(call->args[i]);
	return int64(call, most);
}

static struct value *math_min(struct call *call, struct error *err)
{
	(void)err;
	int64_t least = sprig_integer(call->args[0]);
	for (size_t i = 1; i < call->count; i++)
		if (sprig_integer(call->args[i]) < least)
			least = sprig_integer(call->args[i]);
	return int64(call, least);
}

static struct value *extreme(struct call *call, double (*choose)(double, double))
{
	double found = sprig_real(call->args[0]);
	for (size_t i = 1; i < call->count; i++)
		found = choose(found, sprig_real(call->args[i]));
	return value_float(call->arena, found);
}

static struct value *math_maxf(struct call *call, struct error *err)
{
	(void)err;
	return extreme(call, fmax);
}

static struct value *math_minf(struct call *call, struct error *err)
{
	(void)err;
	return extreme(call, fmin);
}

static struct value *math_ceil(struct call *call, struct error *err)
{
	(void)err;
	return value_float(call->arena, ceil(sprig_real(call->args[0])));
}

static struct value *math_floor(struct call *call, struct error *err)
{
	(void)err;
	return value_float(call->arena, floor(sprig_real(call->args[0])));
}

static struct value *math_round(struct call *call, struct error *err)
{
	(void)err;
	double on = call->count > 2 ? call->args[2]->real : 0.5, whole;
	double power = pow(10, (double)call->args[1]->integer);
	double digit = power * sprig_real(call->args[0]);
	double rounded = modf(digit, &whole) >= on ? ceil(digit) : floor(digit);
	return value_float(call->arena, rounded / power);
}

const struct function functions_sprig_math[] = {
	{"sprig_add", "a*", math_add},
	{"sprig_add1", "a", math_add1},
	{"sprig_atoi", "s", math_atoi},
	{"sprig_biggest", "aa*", math_max},
	{"sprig_ceil", "a", math_ceil},
	{"sprig_div", "aa", math_div},
	{"sprig_float64", "a", math_float64},
	{"sprig_floor", "a", math_floor},
	{"sprig_int", "a", math_int},
	{"sprig_int64", "a", math_int64},
	{"sprig_max", "aa*", math_max},
	{"sprig_maxf", "aa*", math_maxf},
	{"sprig_min", "aa*", math_min},
	{"sprig_minf", "aa*", math_minf},
	{"sprig_mod", "aa", math_mod},
	{"sprig_mul", "aa*", math_mul},
	{"sprig_round", "aif*", math_round},
	{"sprig_sub", "aa", math_sub},
	{"sprig_toDecimal", "a", math_to_decimal},
	{NULL, NULL, NULL},
};
