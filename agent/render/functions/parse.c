#include "agent/render/functions/sprig.h"

#include "agent/render/template/runes.h"
#include "agent/render/template/strconv.h"
#include "common/json.h"
#include "common/own.h"
#include "common/yaml.h"

#include <string.h>

static struct value *failed(const struct call *call, const char *name, const char *function,
			    enum strconv_status status, struct error *err)
{
	auto_buf struct buf why = {0};
	strconv_explain(&why, function, call_text(call, 0), call_len(call, 0), status);
	error_set(err, "%s: %s", name, buf_text(&why));
	return NULL;
}

static struct value *parse_bool(struct call *call, struct error *err)
{
	static const char *const words[] = {"1", "t", "T", "TRUE",  "true",  "True",
					    "0", "f", "F", "FALSE", "false", "False"};
	if (!call_len(call, 0))
		return value_bool(call->arena, false);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(words[i], call_text(call, 0)) == 0)
			return value_bool(call->arena, i < COUNT_OF(words) / 2);
	return failed(call, "parseBool", "ParseBool", STRCONV_SYNTAX, err);
}

static struct value *parse_int(struct call *call, struct error *err)
{
	int64_t number = 0;
	size_t len = call_len(call, 0);
	enum strconv_status status =
		len ? strconv_int(call_text(call, 0), len, 10, &number) : STRCONV_OK;
	if (status != STRCONV_OK)
		return failed(call, "parseInt", "ParseInt", status, err);
	return type_named(value_int(call->arena, number), "int64");
}

static struct value *parse_uint(struct call *call, struct error *err)
{
	uint64_t number = 0;
	size_t len = call_len(call, 0);
	enum strconv_status status =
		len ? strconv_uint(call_text(call, 0), len, 10, &number) : STRCONV_OK;
	if (status != STRCONV_OK)
		return failed(call, "parseUint", "ParseUint", status, err);
	return type_named(value_int(call->arena, (int64_t)number), "uint64");
}

static struct value *parse_float(struct call *call, struct error *err)
{
	double number = 0;
	size_t len = call_len(call, 0);
	enum strconv_status status =
		len ? strconv_float(call_text(call, 0), len, &number) : STRCONV_OK;
	if (status != STRCONV_OK)
		return failed(call, "parseFloat", "ParseFloat", status, err);
	return value_float(call->arena, number);
}

/* Go decodes every JSON number to a float64. */
static void numbers_to_floats(struct value *value)
{
	if (value->kind == VALUE_INT) {
		value->kind = VALUE_FLOAT;
		value->real = (double)value->integer;
	}
	for (size_t i = 0; value->kind == VALUE_LIST && i < value->list.len; i++)
		numbers_to_floats(value->list.items[i]);
	for (size_t i = 0; value->kind == VALUE_MAP && i < value->map.len; i++)
		numbers_to_floats(value->map.entries[i].value);
}

/* Bytes that are no UTF-8 become U+FFFD, as Go's decoder has it. */
static void valid_text(struct buf *out, const char *text, size_t len)
{
	for (size_t at = 0, width; at < len; at += width)
		rune_append(out, rune_decode(text + at, len - at, &width));
}

static struct value *json_value(struct call *call, struct error *err)
{
	auto_buf struct buf json = {0};
	valid_text(&json, call_text(call, 0), call_len(call, 0));
	struct value *value = json_parse(call->arena, "JSON", buf_text(&json), json.len, err);
	if (!value) {
		autofree char *text = error_text(err);
		error_set(err, "%s", text);
		return NULL;
	}
	numbers_to_floats(value);
	return value->kind == VALUE_NULL ? type_nil(call->arena) : value;
}

static struct value *parse_json(struct call *call, struct error *err)
{
	if (!call_len(call, 0))
		return value_map(call->arena);
	struct value *value = json_value(call, err);
	if (!value)
		error_wrap(err, "parseJSON");
	return value;
}

static struct value *json_or_nil(struct call *call, struct error *err)
{
	struct value *value = json_value(call, err);
	return value ? value : type_nil(call->arena);
}

static void name_yaml_maps(struct value *value, unsigned depth)
{
	if (depth > 1000)
		return;
	if (value->kind == VALUE_MAP)
		value->type = "map[interface {}]interface {}";
	for (size_t i = 0; value->kind == VALUE_LIST && i < value->list.len; i++)
		name_yaml_maps(value->list.items[i], depth + 1);
	for (size_t i = 0; value->kind == VALUE_MAP && i < value->map.len; i++)
		name_yaml_maps(value->map.entries[i].value, depth + 1);
}

static struct value *parse_yaml(struct call *call, struct error *err)
{
	if (!call_len(call, 0))
		return value_map(call->arena);
	struct value *value =
		yaml_parse(call->arena, "YAML", call_text(call, 0), call_len(call, 0), err);
	if (!value) {
		autofree char *text = error_text(err);
		error_set(err, "parseYAML: %s", text);
		return NULL;
	}
	name_yaml_maps(value, 0);
	return value->kind == VALUE_NULL ? type_nil(call->arena) : value;
}

const struct function functions_parse[] = {
	{"parseBool", "s", parse_bool},
	{"parseInt", "s", parse_int},
	{"parseUint", "s", parse_uint},
	{"parseFloat", "s", parse_float},
	{"parseJSON", "s", parse_json},
	{"parseYAML", "s", parse_yaml},
	{NULL, NULL, NULL},
};

const struct function functions_sprig_json[] = {
	{"sprig_fromJson", "s", json_or_nil},
	{"sprig_mustFromJson", "s", json_value},
	{NULL, NULL, NULL},
};
