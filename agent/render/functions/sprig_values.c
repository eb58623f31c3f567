#include "agent/render/functions/sprig.h"

#include "agent/render/template/gofmt.h"
#include "agent/render/template/strconv.h"

#include <string.h>

struct value *sprig_fail(struct error *err, const char *message)
{
	error_set(err, "%s", message);
	return NULL;
}

struct value *sprig_text(const struct call *call, const struct buf *text, struct error *err)
{
	return text->len > TEMPLATE_OUTPUT ? sprig_fail(err, "the text is too long")
					   : call_string(call, text);
}

void sprig_print(struct buf *out, const struct value *value)
{
	if (value->kind == VALUE_STRING)
		buf_add(out, value->string.data, value->string.len);
	else
		gofmt_value(out, value);
}

const char *sprig_kind(const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		return "invalid";
	case VALUE_LIST:
		return "slice";
	case VALUE_MAP:
		return !type_is_struct(value) ? "map" : type_is_pointer(value) ? "ptr" : "struct";
	case VALUE_STRING:
		return "string";
	case VALUE_OBJECT:
		return type_is_class(value, &class_complex) ? "complex128"
		       : type_is_class(value, &class_loop)  ? "chan"
							    : "ptr";
	default:
		return type_name(value);
	}
}

bool sprig_empty(const struct value *value)
{
	return !type_truth(value);
}

enum { MAX_ITEMS = 10000000, MAX_DEPTH = 1000 };

/* How far values may still be compared; what lies behind counts as different. */
struct walk {
	size_t items, depth;
};

static bool equal(const struct value *a, const struct value *b, struct walk *walk);

static bool equal_lists(const struct value *a, const struct value *b, struct walk *walk)
{
	if (a->list.len != b->list.len)
		return false;
	for (size_t i = 0; i < a->list.len; i++)
		if (!equal(a->list.items[i], b->list.items[i], walk))
			return false;
	return true;
}

static bool equal_maps(const struct value *a, const struct value *b, struct walk *walk)
{
	if (a->map.len != b->map.len)
		return false;
	for (size_t i = 0; i < a->map.len; i++) {
		const struct value_entry *entry = &a->map.entries[i];
		const struct value *other = value_getn(b, entry->key, entry->key_len);
		if (!other || !equal(entry->value, other, walk))
			return false;
	}
	return true;
}

static bool equal_objects(const struct value *a, const struct value *b)
{
	if (!type_is_class(a, &class_complex) || !type_is_class(b, &class_complex))
		return a->object.data == b->object.data;
	const double *left = a->object.data, *right = b->object.data;
	return left[0] == right[0] && left[1] == right[1];
}

static bool equal_parts(const struct value *a, const struct value *b, struct walk *walk)
{
	switch (a->kind) {
	case VALUE_LIST:
		return equal_lists(a, b, walk);
	case VALUE_MAP:
		return equal_maps(a, b, walk);
	case VALUE_OBJECT:
		return equal_objects(a, b);
	default:
		return value_equal(a, b);
	}
}

static bool equal(const struct value *a, const struct value *b, struct walk *walk)
{
	if (a == b)
		return a->kind != VALUE_FLOAT || a->real == b->real;
	if (a->kind != b->kind || !walk->items || !walk->depth)
		return false;
	if (a->kind != VALUE_NULL && strcmp(type_name(a), type_name(b)) != 0)
		return false;
	walk->items--;
	walk->depth--;
	bool same = equal_parts(a, b, walk);
	walk->depth++;
	return same;
}

bool sprig_equal(const struct value *a, const struct value *b)
{
	return equal(a, b, &(struct walk){MAX_ITEMS, MAX_DEPTH});
}

/* "12.00" counts as 12. */
static size_t without_zero_decimals(const char *text, size_t len)
{
	size_t end = len;
	while (end && text[end - 1] == '0')
		end--;
	return end && end < len && text[end - 1] == '.' ? end - 1 : len;
}

int64_t sprig_integer(const struct value *value)
{
	int64_t number = 0;
	switch (value->kind) {
	case VALUE_INT:
		return value->integer;
	case VALUE_BOOL:
		return value->boolean;
	case VALUE_FLOAT:
		return value->real >= -0x1p63 && value->real < 0x1p63 ? (int64_t)value->real
								      : INT64_MIN;
	case VALUE_STRING: {
		const char *text = value->string.data;
		size_t len = without_zero_decimals(text, value->string.len);
		return strconv_int(text, len, 0, &number) == STRCONV_OK ? number : 0;
	}
	default:
		return 0;
	}
}

double sprig_real(const struct value *value)
{
	double number = 0;
	switch (value->kind) {
	case VALUE_INT:
		return type_is_unsigned(value) ? (double)(uint64_t)value->integer
					       : (double)value->integer;
	case VALUE_BOOL:
		return value->boolean;
	case VALUE_FLOAT:
		return value->real;
	case VALUE_STRING:
		if (strconv_float(value->string.data, value->string.len, &number) == STRCONV_OK)
			return number;
		return 0;
	default:
		return 0;
	}
}

static void append_printed(const struct call *call, struct value *list, const struct value *value)
{
	auto_buf struct buf text = {0};
	if (value->kind == VALUE_NULL)
		return;
	sprig_print(&text, value);
	value_append(call->arena, list, call_string(call, &text));
}

struct value *sprig_strings(const struct call *call, const struct value *value)
{
	struct value *list = type_strings(call->arena);
	if (value->kind != VALUE_LIST)
		append_printed(call, list, value);
	for (size_t i = 0; value->kind == VALUE_LIST && i < value->list.len; i++)
		append_printed(call, list, value->list.items[i]);
	return list;
}
