#include "common/json.h"

#include "common/memory.h"
#include "common/utf8.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct value *number_value(struct arena *arena, double number)
{
	bool negative_zero = number == 0 && signbit(number);
	if (fabs(number) < 9007199254740992.0 && floor(number) == number && !negative_zero)
		return value_int(arena, (int64_t)number);
	return value_float(arena, number);
}

/* cJSON bounds the nesting (CJSON_NESTING_LIMIT), so this recursion is bounded too. */
static struct value *from_cjson(struct arena *arena, const cJSON *item)
{
	if (cJSON_IsBool(item))
		return value_bool(arena, cJSON_IsTrue(item));
	if (cJSON_IsNumber(item))
		return number_value(arena, item->valuedouble);
	if (cJSON_IsString(item))
		return value_string(arena, item->valuestring);
	if (cJSON_IsArray(item)) {
		struct value *list = value_list(arena);
		for (const cJSON *child = item->child; child; child = child->next)
			value_append(arena, list, from_cjson(arena, child));
		return list;
	}
	if (cJSON_IsObject(item)) {
		struct value *map = value_map(arena);
		for (const cJSON *child = item->child; child; child = child->next)
			value_set(arena, map, child->string, from_cjson(arena, child));
		return map;
	}
	return value_null(arena);
}

static void position_of(const char *text, const char *at, unsigned *line, unsigned *column)
{
	*line = 1;
	*column = 1;
	for (const char *p = text; p < at; p++) {
		if (*p == '\n') {
			(*line)++;
			*column = 1;
		} else if (((unsigned char)*p & 0xC0) != 0x80) {
			(*column)++;
		}
	}
}

static void parse_failed(const char *name, const char *text, size_t len, const char *at,
			 struct error *err)
{
	unsigned line, column;
	if (!at || at < text || at > text + len)
		at = text;
	size_t left = len - (size_t)(at - text);
	position_of(text, at, &line, &column);
	size_t blank = 0;
	while (blank < left && strchr(" \t\r\n", at[blank])) /* a NUL too */
		blank++;
	if (blank == left)
		error_set_at(err, name, line, column, "the JSON text ends too early");
	else
		error_set_at(err, name, line, column, "this is no JSON (near '%.*s')",
			     (int)strnlen(at, left < 20 ? left : 20), at);
	error_code(err, ERROR_DOCUMENT);
}

/* The first control character that JSON has no place for (RFC 8259), or NULL; cJSON takes them for
 * blanks, and as parts of strings. Such a text was damaged on its way. */
static const char *damage(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 && (!text[i] || !strchr("\t\r\n", text[i])))
			return text + i;
	return NULL;
}

static void *allocate(size_t size)
{
	return mem_given(malloc(size));
}

struct value *json_parse(struct arena *arena, const char *name, const char *text, size_t len,
			 struct error *err)
{
	const char *end = damage(text, len);
	if (end) {
		parse_failed(name, text, len, end, err);
		return NULL;
	}
	/* Else it takes a failed allocation for bad JSON. */
	cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = allocate, .free_fn = free});
	cJSON *root = cJSON_ParseWithLengthOpts(text, len, &end, 0);
	if (!root) {
		parse_failed(name, text, len, end, err);
		return NULL;
	}
	while (end < text + len && strchr(" \t\r\n", *end) && *end)
		end++;
	struct value *value = NULL;
	if (end < text + len)
		parse_failed(name, text, len, end, err);
	else
		value = from_cjson(arena, root);
	cJSON_Delete(root);
	return value;
}

static bool write_escape(struct buf *out, char c)
{
	static const char from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
	const char *at = c ? strchr(from, c) : NULL;
	if (at) {
		char pair[] = {'\\', to[at - from]};
		buf_add(out, pair, 2);
	} else if ((unsigned char)c < 0x20) {
		buf_printf(out, "\\u%04x", (unsigned)c);
	} else {
		return false;
	}
	return true;
}

/* How many bytes need no escape: most strings are one run of these. */
static size_t plain_length(const char *text, size_t len)
{
	size_t plain = 0;
	while (plain < len && (unsigned char)text[plain] >= 0x20 &&
	       (unsigned char)text[plain] < 0x80 && text[plain] != '"' && text[plain] != '\\')
		plain++;
	return plain;
}

void json_write_string(struct buf *out, const char *text, size_t len)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < len;) {
		size_t plain = plain_length(text + i, len - i);
		buf_add(out, text + i, plain);
		i += plain;
		if (i == len)
			break;
		size_t step = utf8_length(text + i, len - i);
		if (!step)
			buf_puts(out, "\xEF\xBF\xBD");
		else if (step > 1 || !write_escape(out, text[i]))
			buf_add(out, text + i, step);
		i += step ? step : 1;
	}
	buf_putc(out, '"');
}

static void write_float(struct buf *out, double real)
{
	char text[40];
	if (!isfinite(real)) {
		buf_puts(out, "null");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	buf_puts(out, text);
	if (!strpbrk(text, ".e"))
		buf_puts(out, ".0");
}

struct writer {
	struct buf *out;
	unsigned indent; /* 0: compact */
};

static void new_line(struct writer *writer, unsigned depth)
{
	if (!writer->indent)
		return;
	size_t spaces = (size_t)depth * writer->indent;
	char *line = buf_reserve(writer->out, spaces + 1);
	*line = '\n';
	memset(line + 1, ' ', spaces);
	writer->out->len += spaces + 1;
	writer->out->data[writer->out->len] = '\0';
}

static void write_integer(struct buf *out, int64_t integer)
{
	char digits[24], *at = digits + sizeof digits;
	uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (integer < 0)
		*--at = '-';
	buf_add(out, at, (size_t)(digits + sizeof digits - at));
}

static void write_at(struct writer *writer, const struct value *value, unsigned depth);

static void write_list(struct writer *writer, const struct value *list, unsigned depth)
{
	buf_putc(writer->out, '[');
	for (size_t i = 0; i < list->list.len; i++) {
		if (i)
			buf_putc(writer->out, ',');
		new_line(writer, depth + 1);
		write_at(writer, list->list.items[i], depth + 1);
	}
	if (list->list.len)
		new_line(writer, depth);
	buf_putc(writer->out, ']');
}

static void write_map(struct writer *writer, const struct value *map, unsigned depth)
{
	buf_putc(writer->out, '{');
	for (size_t i = 0; i < map->map.len; i++) {
		if (i)
			buf_putc(writer->out, ',');
		new_line(writer, depth + 1);
		json_write_string(writer->out, map->map.entries[i].key,
				  map->map.entries[i].key_len);
		buf_puts(writer->out, writer->indent ? ": " : ":");
		write_at(writer, map->map.entries[i].value, depth + 1);
	}
	if (map->map.len)
		new_line(writer, depth);
	buf_putc(writer->out, '}');
}

static void write_at(struct writer *writer, const struct value *value, unsigned depth)
{
	switch (value->kind) {
	case VALUE_BOOL:
		buf_puts(writer->out, value->boolean ? "true" : "false");
		return;
	case VALUE_INT:
		write_integer(writer->out, value->integer);
		return;
	case VALUE_FLOAT:
		write_float(writer->out, value->real);
		return;
	case VALUE_STRING:
		json_write_string(writer->out, value->string.data, value->string.len);
		return;
	case VALUE_LIST:
		write_list(writer, value, depth);
		return;
	case VALUE_MAP:
		write_map(writer, value, depth);
		return;
	case VALUE_NULL:
	case VALUE_OBJECT:
		buf_puts(writer->out, "null");
		return;
	}
}

void json_write(struct buf *out, const struct value *value)
{
	write_at(&(struct writer){out, 0}, value, 0);
}

void json_write_pretty(struct buf *out, const struct value *value, unsigned indent)
{
	write_at(&(struct writer){out, indent}, value, 0);
}
