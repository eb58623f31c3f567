/* Python's operators on our values. */
#include "host/jinja/runtime.h"

#include "common/own.h"

#include <math.h>
#include <string.h>

int truth(struct run *run, const struct expression *at, struct value *value, bool *is_true)
{
	if (!need_defined(run, at, value))
		return -1;
	switch (value->kind) {
	case VALUE_NULL:
		*is_true = false;
		break;
	case VALUE_BOOL:
		*is_true = value->boolean;
		break;
	case VALUE_INT:
		*is_true = value->integer != 0;
		break;
	case VALUE_FLOAT:
		*is_true = value->real != 0;
		break;
	case VALUE_STRING:
		*is_true = value->string.len > 0;
		break;
	case VALUE_LIST:
		*is_true = value->list.len > 0;
		break;
	case VALUE_MAP:
		*is_true = value->map.len > 0;
		break;
	case VALUE_OBJECT:
		*is_true = !object_is(value, OBJECT_PLACEHOLDER);
		break;
	}
	return 0;
}

/* --- arithmetic --- */

bool python_is_number(const struct value *value)
{
	return value->kind == VALUE_INT || value->kind == VALUE_FLOAT || value->kind == VALUE_BOOL;
}

bool python_is_whole(const struct value *value)
{
	return value->kind == VALUE_INT || value->kind == VALUE_BOOL;
}

int64_t python_whole(const struct value *value)
{
	return value->kind == VALUE_BOOL ? value->boolean : value->integer;
}

double python_number(const struct value *value)
{
	return value->kind == VALUE_FLOAT ? value->real : (double)python_whole(value);
}

static struct value *overflow(struct run *run, const struct expression *at)
{
	return run_fail(run, at, "the result does not fit in 64 bits");
}

static struct value *no_zero(struct run *run, const struct expression *at)
{
	return run_fail(run, at, "division by zero");
}

/* Rounds down, as Python's // and % do. */
static int64_t floor_divide(int64_t a, int64_t b)
{
	int64_t quotient = a / b;
	return a % b != 0 && (a % b < 0) != (b < 0) ? quotient - 1 : quotient;
}

static struct value *power(struct run *run, const struct expression *at, int64_t base,
			   int64_t exponent)
{
	int64_t result = 1;
	if (exponent < 0)
		return base == 0 ? no_zero(run, at)
				 : value_float(run->arena, pow((double)base, (double)exponent));
	if (base == 0 || base == 1)
		return value_int(run->arena, exponent == 0 ? 1 : base);
	if (base == -1)
		return value_int(run->arena, exponent % 2 ? -1 : 1);
	for (; exponent > 0; exponent--)
		if (__builtin_mul_overflow(result, base, &result))
			return overflow(run, at);
	return value_int(run->arena, result);
}

static struct value *whole_operation(struct run *run, const struct expression *at, const char *name,
				     int64_t a, int64_t b)
{
	int64_t result = 0;
	bool over = false;
	if (strcmp(name, "**") == 0)
		return power(run, at, a, b);
	if (strchr("/%", name[0]) && b == 0)
		return no_zero(run, at);
	if (strcmp(name, "/") == 0)
		return value_float(run->arena, (double)a / (double)b);
	if (b == -1 && strchr("/%", name[0]))
		over = name[0] == '/' && __builtin_sub_overflow((int64_t)0, a, &result);
	else if (strcmp(name, "//") == 0)
		result = floor_divide(a, b);
	else if (name[0] == '%')
		result = a - floor_divide(a, b) * b;
	else if (name[0] == '+')
		over = __builtin_add_overflow(a, b, &result);
	else if (name[0] == '-')
		over = __builtin_sub_overflow(a, b, &result);
	else
		over = __builtin_mul_overflow(a, b, &result);
	return over ? overflow(run, at) : value_int(run->arena, result);
}

/* As CPython's float_divmod: exact where a / b is not. */
static double real_modulo(double a, double b)
{
	double rest = fmod(a, b);
	if (rest == 0)
		return copysign(0, b);
	return (rest < 0) != (b < 0) ? rest + b : rest;
}

static double real_floor_divide(double a, double b)
{
	double rest = fmod(a, b);
	double quotient = (a - rest) / b - (rest != 0 && (rest < 0) != (b < 0));
	if (quotient == 0)
		return copysign(0, a / b);
	double whole_quotient = floor(quotient);
	return quotient - whole_quotient > 0.5 ? whole_quotient + 1 : whole_quotient;
}

static struct value *real_operation(struct run *run, const struct expression *at, const char *name,
				    double a, double b)
{
	double result = 0;
	if (strchr("/%", name[0]) && b == 0)
		return no_zero(run, at);
	if (strcmp(name, "**") == 0 && a == 0 && b < 0)
		return no_zero(run, at);
	if (strcmp(name, "**") == 0 && a < 0 && b != floor(b))
		return run_fail(run, at, "this power of a negative number is no real number");
	if (strcmp(name, "**") == 0)
		result = pow(a, b);
	else if (strcmp(name, "//") == 0)
		result = real_floor_divide(a, b);
	else if (name[0] == '/')
		result = a / b;
	else if (name[0] == '%')
		result = real_modulo(a, b);
	else if (name[0] == '+')
		result = a + b;
	else if (name[0] == '-')
		result = a - b;
	else
		result = a * b;
	if (name[0] == '*' && name[1] && isinf(result) && !isinf(a) && !isinf(b))
		return run_fail(run, at, "the result is too large");
	return value_float(run->arena, result);
}

/* --- strings and lists --- */

static struct value *join_lists(struct run *run, const struct value *left,
				const struct value *right)
{
	struct value *list = is_tuple(left) ? tuple_new(run) : value_list(run->arena);
	for (size_t i = 0; i < left->list.len; i++)
		value_append(run->arena, list, left->list.items[i]);
	for (size_t i = 0; i < right->list.len; i++)
		value_append(run->arena, list, right->list.items[i]);
	return list;
}

static struct value *join_strings(struct run *run, const struct value *left,
				  const struct value *right)
{
	size_t len = left->string.len + right->string.len;
	char *text = arena_alloc(run->arena, len + 1);
	memcpy(text, left->string.data, left->string.len);
	memcpy(text + left->string.len, right->string.data, right->string.len);
	struct value *joined = value_stringn(run->arena, "", 0);
	joined->string.data = text;
	joined->string.len = len;
	return joined;
}

static struct value *repeat(struct run *run, const struct expression *at, const struct value *value,
			    int64_t times)
{
	size_t len = value->kind == VALUE_STRING ? value->string.len : value->list.len * 8;
	if (times > 0 && len && (uint64_t)times > (RUN_MOST_OUTPUT / 8) / len)
		return run_fail(run, at, "the result is too large");
	if (value->kind == VALUE_STRING) {
		auto_buf struct buf text = {0};
		for (int64_t i = 0; i < times && len; i++)
			buf_add(&text, value->string.data, len);
		return value_stringn(run->arena, buf_text(&text), text.len);
	}
	struct value *list = is_tuple(value) ? tuple_new(run) : value_list(run->arena);
	for (int64_t i = 0; i < times && len; i++)
		for (size_t j = 0; j < value->list.len; j++)
			value_append(run->arena, list, value->list.items[j]);
	return list;
}

static struct value *sequence_operation(struct run *run, const struct expression *at,
					const char *name, struct value *left, struct value *right)
{
	bool left_sequence = left->kind == VALUE_STRING || left->kind == VALUE_LIST;
	bool right_sequence = right->kind == VALUE_STRING || right->kind == VALUE_LIST;
	if (name[0] == '%' && left->kind == VALUE_STRING)
		return format_percent(run, at, left, right);
	if (name[0] == '+' && left->kind == right->kind && left->kind == VALUE_STRING)
		return join_strings(run, left, right);
	if (name[0] == '+' && left->kind == right->kind && left->kind == VALUE_LIST &&
	    is_tuple(left) == is_tuple(right))
		return join_lists(run, left, right);
	if (strcmp(name, "*") == 0 && left_sequence && python_is_whole(right))
		return repeat(run, at, left, python_whole(right));
	if (strcmp(name, "*") == 0 && right_sequence && python_is_whole(left))
		return repeat(run, at, right, python_whole(left));
	return run_fail(run, at, "unsupported operand types for %s: '%s' and '%s'", name,
			python_type(left), python_type(right));
}

struct value *operate(struct run *run, const struct expression *at, const char *name,
		      struct value *left, struct value *right)
{
	if (!need_defined(run, at, left) || !need_defined(run, at, right))
		return NULL;
	if (run->arena->used > RUN_MOST_MEMORY)
		return run_fail(run, at, "the rendering takes too much memory");
	if (object_is(left, OBJECT_PLACEHOLDER) || object_is(right, OBJECT_PLACEHOLDER))
		return jinja_placeholder(run->arena);
	if (strcmp(name, "~") == 0 &&
	    (check_printable(run, at, left) < 0 || check_printable(run, at, right) < 0))
		return NULL;
	if (strcmp(name, "~") == 0)
		return join_strings(run, text_of(run, left), text_of(run, right));
	if (python_is_whole(left) && python_is_whole(right))
		return whole_operation(run, at, name, python_whole(left), python_whole(right));
	if (python_is_number(left) && python_is_number(right))
		return real_operation(run, at, name, python_number(left), python_number(right));
	return sequence_operation(run, at, name, left, right);
}

struct value *negate(struct run *run, const struct expression *at, struct value *value)
{
	int64_t result;
	if (!need_defined(run, at, value))
		return NULL;
	if (value->kind == VALUE_FLOAT)
		return value_float(run->arena, -value->real);
	if (!python_is_whole(value))
		return run_fail(run, at, "bad operand type for unary -: '%s'", python_type(value));
	if (__builtin_sub_overflow((int64_t)0, python_whole(value), &result))
		return overflow(run, at);
	return value_int(run->arena, result);
}
