#include "agent/render/functions/functions.h"

#include "agent/render/template/gofmt.h"

#include <math.h>

enum operation { ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO };

struct arithmetic {
	const char *name;
	enum operation operation;
};

static bool is_number(const struct value *value)
{
	return value->kind == VALUE_INT || value->kind == VALUE_FLOAT;
}

static double to_real(const struct value *value)
{
	if (value->kind == VALUE_FLOAT)
		return value->real;
	return type_is_unsigned(value) ? (double)(uint64_t)value->integer : (double)value->integer;
}

static struct value *unknown_type(const char *name, const struct value *value, struct error *err)
{
	auto_buf struct buf text = {0};
	const struct value format = {.kind = VALUE_STRING, .string = {"%q", 2}};
	struct value *argument = (struct value *)value;
	gofmt_printf(&text, format.string.data, format.string.len, &argument, 1);
	error_set(err, "%s: unknown type for %s (%s)", name, buf_text(&text), type_name(value));
	return NULL;
}

static double real_result(enum operation operation, double a, double b)
{
	switch (operation) {
	case ADD:
		return a + b;
	case SUBTRACT:
		return a - b;
	case MULTIPLY:
		return a * b;
	default:
		return a / b;
	}
}

/* Go's integers wrap around; the most negative one divided by -1 is itself. */
static int64_t quotient(enum operation operation, int64_t a, int64_t b, bool is_unsigned)
{
	if (is_unsigned && operation == DIVIDE)
		return (int64_t)((uint64_t)a / (uint64_t)b);
	if (is_unsigned)
		return (int64_t)((uint64_t)a % (uint64_t)b);
	if (b == -1)
		return operation == DIVIDE ? (int64_t)(0 - (uint64_t)a) : 0;
	return operation == DIVIDE ? a / b : a % b;
}

static int64_t integer_result(enum operation operation, int64_t a, int64_t b)
{
	uint64_t left = (uint64_t)a, right = (uint64_t)b;
	if (operation == ADD)
		return (int64_t)(left + right);
	return (int64_t)(operation == SUBTRACT ? left - right : left * right);
}

/* The second argument is what came down the pipeline: {{ 5 | subtract 2 }} is 3. */
static struct value *arithmetic(struct call *call, struct arithmetic what, struct error *err)
{
	const struct value *a = call->args[1], *b = call->args[0];
	bool divides = what.operation == DIVIDE || what.operation == MODULO;
	bool reals = a->kind == VALUE_FLOAT || b->kind == VALUE_FLOAT;
	if (!is_number(a) || (what.operation == MODULO && a->kind == VALUE_FLOAT))
		return unknown_type(what.name, a, err);
	if (!is_number(b) || (what.operation == MODULO && b->kind == VALUE_FLOAT))
		return unknown_type(what.name, b, err);
	if (reals)
		return value_float(call->arena,
				   real_result(what.operation, to_real(a), to_real(b)));
	if (divides && b->integer == 0) {
		error_set(err, "runtime error: integer divide by zero");
		return NULL;
	}
	bool is_unsigned = type_is_unsigned(a) && type_is_unsigned(b);
	int64_t result = divides ? quotient(what.operation, a->integer, b->integer, is_unsigned)
				 : integer_result(what.operation, a->integer, b->integer);
	return type_named(value_int(call->arena, result), is_unsigned ? "uint64" : "int64");
}

static struct value *math_add(struct call *call, struct error *err)
{
	return arithmetic(call, (struct arithmetic){"add", ADD}, err);
}

static struct value *math_subtract(struct call *call, struct error *err)
{
	return arithmetic(call, (struct arithmetic){"subtract", SUBTRACT}, err);
}

static struct value *math_multiply(struct call *call, struct error *err)
{
	return arithmetic(call, (struct arithmetic){"multiply", MULTIPLY}, err);
}

static struct value *math_divide(struct call *call, struct error *err)
{
	return arithmetic(call, (struct arithmetic){"divide", DIVIDE}, err);
}

static struct value *math_modulo(struct call *call, struct error *err)
{
	return arithmetic(call, (struct arithmetic){"modulo", MODULO}, err);
}

static bool is_less(const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_FLOAT || b->kind == VALUE_FLOAT)
		return to_real(a) < to_real(b);
	if (type_is_unsigned(a) && type_is_unsigned(b))
		return (uint64_t)a->integer < (uint64_t)b->integer;
	return a->integer < b->integer;
}

static struct value *chosen(struct call *call, const char *name, bool least, struct error *err)
{
	struct value *a = call->args[1], *b = call->args[0];
	if (!is_number(a))
		return unknown_type(name, a, err);
	if (!is_number(b))
		return unknown_type(name, b, err);
	struct value *result =
		value_copy(call->arena, (least ? is_less(a, b) : is_less(b, a)) ? a : b);
	if (result->kind == VALUE_INT)
		result->type = type_is_unsigned(result) ? "uint64" : "int64";
	return result;
}

static struct value *math_minimum(struct call *call, struct error *err)
{
	return chosen(call, "minimum", true, err);
}

static struct value *math_maximum(struct call *call, struct error *err)
{
	return chosen(call, "maximum", false, err);
}

const struct function functions_math[] = {
	{"add", "aa", math_add},           {"subtract", "aa", math_subtract},
	{"multiply", "aa", math_multiply}, {"divide", "aa", math_divide},
	{"modulo", "aa", math_modulo},     {"minimum", "aa", math_minimum},
	{"maximum", "aa", math_maximum},   {NULL, NULL, NULL},
};
