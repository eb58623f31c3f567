#include "agent/render/functions/sprig.h"

#include "agent/render/template/strconv.h"

#include <stdlib.h>
#include <string.h>

/* digits * 10^exponent: what 0.1 + 0.2 is exact in. */
struct decimal {
	__extension__ __int128 digits;
	int exponent;
};

__extension__ typedef __int128 wide;

static struct decimal to_decimal(double number)
{
	auto_buf struct buf text = {0};
	struct decimal decimal = {0, 0};
	bool fraction = false;
	strconv_format_float(&text, number, 'e', -1);
	const char *at = buf_text(&text);
	for (; *at && *at != 'e'; at++) {
		if (*at >= '0' && *at <= '9') {
			decimal.digits = decimal.digits * 10 + (*at - '0');
			decimal.exponent -= fraction;
		}
		fraction |= *at == '.';
	}
	decimal.exponent += *at ? atoi(at + 1) : 0;
	if (text.data[0] == '-')
		decimal.digits = -decimal.digits;
	return decimal;
}

static double to_double(struct decimal decimal)
{
	char reversed[48];
	size_t count = 0;
	auto_buf struct buf text = {0};
	bool negative = decimal.digits < 0;
	double number = 0;
	for (wide rest = negative ? -decimal.digits : decimal.digits; rest; rest /= 10)
		reversed[count++] = (char)('0' + (int)(rest % 10));
	if (!count)
		return 0;
	if (negative)
		buf_putc(&text, '-');
	while (count)
		buf_putc(&text, reversed[--count]);
	buf_printf(&text, "e%d", decimal.exponent);
	strconv_float(buf_text(&text), text.len, &number);
	return number;
}

/* false: the result needs more digits than there are. */
static bool scale(struct decimal *decimal, int exponent)
{
	while (decimal->digits && decimal->exponent > exponent) {
		if (__builtin_mul_overflow(decimal->digits, (wide)10, &decimal->digits))
			return false;
		decimal->exponent--;
	}
	decimal->exponent = exponent;
	return true;
}

static bool add(struct decimal *a, struct decimal b)
{
	int exponent = a->exponent < b.exponent ? a->exponent : b.exponent;
	return scale(a, exponent) && scale(&b, exponent) &&
	       !__builtin_add_overflow(a->digits, b.digits, &a->digits);
}

static bool subtract(struct decimal *a, struct decimal b)
{
	b.digits = -b.digits;
	return add(a, b);
}

static bool multiply(struct decimal *a, struct decimal b)
{
	a->exponent += b.exponent;
	return !__builtin_mul_overflow(a->digits, b.digits, &a->digits);
}

/* Sixteen digits behind the point, halves away from zero. */
static bool divide(struct decimal *a, struct decimal b)
{
	enum { PLACES = 16 };
	if (b.exponent - PLACES > a->exponent && !scale(&b, a->exponent + PLACES))
		return false;
	if (!scale(a, b.exponent - PLACES))
		return false;
	wide quotient = a->digits / b.digits, rest = a->digits % b.digits;
	bool negative = (a->digits < 0) != (b.digits < 0);
	wide twice = (rest < 0 ? -rest : rest) * 2;
	if (twice >= (b.digits < 0 ? -b.digits : b.digits))
		quotient += negative ? -1 : 1;
	*a = (struct decimal){quotient, -PLACES};
	return true;
}

static const struct operation {
	bool (*exact)(struct decimal *a, struct decimal b);
	char symbol;
} adding = {add, '+'}, subtracting = {subtract, '-'}, multiplying = {multiply, '*'},
  dividing = {divide, '/'};

static double as_doubles(const struct operation *operation, double a, double b)
{
	switch (operation->symbol) {
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	default:
		return a / b;
	}
}

static struct value *compute(struct call *call, const struct operation *operation, double first,
			     size_t from, struct error *err)
{
	struct decimal result = to_decimal(first);
	for (size_t i = from; i < call->count; i++) {
		double number = sprig_real(call->args[i]);
		struct decimal before = result;
		if (operation->symbol == '/' && number == 0)
			return sprig_fail(err, "decimal division by 0");
		if (!operation->exact(&result, to_decimal(number)))
			result = to_decimal(as_doubles(operation, to_double(before), number));
	}
	return value_float(call->arena, to_double(result));
}

static struct value *decimals_add(struct call *call, struct error *err)
{
	return compute(call, &adding, 0, 0, err);
}

static struct value *decimals_add1(struct call *call, struct error *err)
{
	return compute(call, &adding, 1, 0, err);
}

static struct value *decimals_sub(struct call *call, struct error *err)
{
	return compute(call, &subtracting, sprig_real(call->args[0]), 1, err);
}

static struct value *decimals_mul(struct call *call, struct error *err)
{
	return compute(call, &multiplying, sprig_real(call->args[0]), 1, err);
}

static struct value *decimals_div(struct call *call, struct error *err)
{
	return compute(call, &dividing, sprig_real(call->args[0]), 1, err);
}

const struct function functions_sprig_decimals[] = {
	{"sprig_add1f", "a", decimals_add1}, {"sprig_addf", "a*", decimals_add},
	{"sprig_divf", "aa*", decimals_div}, {"sprig_mulf", "aa*", decimals_mul},
	{"sprig_subf", "aa*", decimals_sub}, {NULL, NULL, NULL},
};
