#include "agent/render/functions/functions.h"

#include "agent/render/template/gofmt.h"

#include <string.h>

enum basic {
	BASIC_NONE,
	BASIC_BOOL,
	BASIC_COMPLEX,
	BASIC_INT,
	BASIC_FLOAT,
	BASIC_STRING,
	BASIC_UINT
};

static enum basic basic_kind(const struct value *value)
{
	switch (value->kind) {
	case VALUE_BOOL:
		return BASIC_BOOL;
	case VALUE_INT:
		return type_is_unsigned(value) ? BASIC_UINT : BASIC_INT;
	case VALUE_FLOAT:
		return BASIC_FLOAT;
	case VALUE_STRING:
		return BASIC_STRING;
	default:
		return type_is_class(value, &class_complex) ? BASIC_COMPLEX : BASIC_NONE;
	}
}

static bool both_integers(enum basic left, enum basic right)
{
	return (left == BASIC_INT || left == BASIC_UINT) &&
	       (right == BASIC_INT || right == BASIC_UINT);
}

static int compare_integers(const struct value *left, const struct value *right)
{
	bool left_negative = left->integer < 0 && !type_is_unsigned(left);
	bool right_negative = right->integer < 0 && !type_is_unsigned(right);
	if (left_negative != right_negative)
		return left_negative ? -1 : 1;
	uint64_t a = (uint64_t)left->integer, b = (uint64_t)right->integer;
	return (a > b) - (a < b);
}

static int compare_strings(const struct value *left, const struct value *right)
{
	size_t a = left->string.len, b = right->string.len;
	int order = memcmp(left->string.data, right->string.data, a < b ? a : b);
	return order ? order : (a > b) - (a < b);
}

/* The value by %s, as Go's messages have it. */
static void print_as_string(struct buf *out, const struct value *value)
{
	struct value *argument = (struct value *)value;
	gofmt_printf(out, "%s", 2, &argument, 1);
}

static int not_comparable(const struct value *left, const struct value *right, struct error *err)
{
	auto_buf struct buf a = {0}, b = {0};
	print_as_string(&a, left);
	gofmt_value(&b, right);
	return error_set(err, "non-comparable types %s: %s, %s: %s", buf_text(&a), type_name(left),
			 type_name(right), buf_text(&b));
}

/* Values that are not basic: nil, pointers, and lists and maps, which only nil can be compared
 * with. */
static int same_other(const struct value *left, const struct value *right, bool *same,
		      struct error *err)
{
	bool left_nil = left->kind == VALUE_NULL, right_nil = right->kind == VALUE_NULL;
	*same = left_nil && right_nil;
	if (left_nil || right_nil)
		return 0;
	if (left->kind != right->kind)
		return not_comparable(left, right, err);
	if (left->kind == VALUE_OBJECT) {
		*same = left->object.data == right->object.data;
		return 0;
	}
	if (type_is_pointer(left) && type_is_pointer(right)) {
		*same = left == right;
		return 0;
	}
	auto_buf struct buf text = {0};
	print_as_string(&text, right);
	return error_set(err, "non-comparable type %s: %s", buf_text(&text), type_name(right));
}

static int same_basic(enum basic kind, const struct value *left, const struct value *right)
{
	if (kind == BASIC_BOOL)
		return left->boolean == right->boolean;
	if (kind == BASIC_FLOAT)
		return left->real == right->real;
	if (kind == BASIC_STRING)
		return compare_strings(left, right) == 0;
	const double *a = left->object.data, *b = right->object.data;
	return a[0] == b[0] && a[1] == b[1];
}

static int same(const struct value *left, const struct value *right, bool *equal, struct error *err)
{
	enum basic a = basic_kind(left), b = basic_kind(right);
	if (both_integers(a, b))
		*equal = compare_integers(left, right) == 0;
	else if (a != b && left->kind != VALUE_NULL && right->kind != VALUE_NULL)
		return error_set(err, "incompatible types for comparison");
	else if (a != b)
		*equal = false;
	else if (a == BASIC_NONE)
		return same_other(left, right, equal, err);
	else
		*equal = same_basic(a, left, right);
	return 0;
}

static struct value *compare_eq(struct call *call, struct error *err)
{
	bool equal = false;
	if (call->count < 2) {
		error_set(err, "missing argument for comparison");
		return NULL;
	}
	for (size_t i = 1; i < call->count && !equal; i++)
		if (same(call->args[0], call->args[i], &equal, err) < 0)
			return NULL;
	return value_bool(call->arena, equal);
}

static struct value *compare_ne(struct call *call, struct error *err)
{
	bool equal;
	if (same(call->args[0], call->args[1], &equal, err) < 0)
		return NULL;
	return value_bool(call->arena, !equal);
}

static bool is_ordered(enum basic kind)
{
	return kind == BASIC_INT || kind == BASIC_UINT || kind == BASIC_FLOAT ||
	       kind == BASIC_STRING;
}

/* Which of less, equal and greater make it true. A NaN is none of them. */
struct wanted {
	bool less, equal, greater;
};

static struct value *ordered(struct call *call, struct wanted wanted, struct error *err)
{
	const struct value *left = call->args[0], *right = call->args[1];
	enum basic a = basic_kind(left), b = basic_kind(right);
	if (a == BASIC_NONE || b == BASIC_NONE) {
		error_set(err, "invalid type for comparison");
		return NULL;
	}
	if (!both_integers(a, b) && (a != b || !is_ordered(a))) {
		error_set(err, a != b ? "incompatible types for comparison"
				      : "invalid type for comparison");
		return NULL;
	}
	if (a == BASIC_FLOAT) {
		bool less = left->real < right->real, equal = left->real == right->real;
		bool greater = wanted.greater && !less && !equal;
		return value_bool(call->arena,
				  (wanted.less && less) || (wanted.equal && equal) || greater);
	}
	int order =
		a == BASIC_STRING ? compare_strings(left, right) : compare_integers(left, right);
	return value_bool(call->arena, order < 0   ? wanted.less
				       : order > 0 ? wanted.greater
						   : wanted.equal);
}

static struct value *compare_lt(struct call *call, struct error *err)
{
	return ordered(call, (struct wanted){.less = true}, err);
}

static struct value *compare_le(struct call *call, struct error *err)
{
	return ordered(call, (struct wanted){.less = true, .equal = true}, err);
}

static struct value *compare_gt(struct call *call, struct error *err)
{
	return ordered(call, (struct wanted){.greater = true}, err);
}

static struct value *compare_ge(struct call *call, struct error *err)
{
	return ordered(call, (struct wanted){.greater = true, .equal = true}, err);
}

const struct function functions_compare[] = {
	{"eq", "vv*", compare_eq}, {"ne", "vv", compare_ne}, {"lt", "vv", compare_lt},
	{"le", "vv", compare_le},  {"gt", "vv", compare_gt}, {"ge", "vv", compare_ge},
	{NULL, NULL, NULL},
};
