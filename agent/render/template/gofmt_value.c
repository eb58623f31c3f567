#include "agent/render/template/gofmt_internal.h"

#include "agent/render/template/runes.h"
#include "agent/render/template/types.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 1000 };

static void print_value(struct verb *verb, const struct value *value, uint32_t letter,
			unsigned depth);

/* "%!d(string=x)" */
static void bad_verb(struct verb *verb, const struct value *value, uint32_t letter)
{
	buf_puts(verb->out, "%!");
	rune_append(verb->out, letter);
	buf_putc(verb->out, '(');
	if (value->kind == VALUE_NULL) {
		buf_puts(verb->out, "<nil>");
	} else {
		buf_puts(verb->out, type_name(value));
		buf_putc(verb->out, '=');
		verb_argument(verb, value, 'v');
	}
	buf_putc(verb->out, ')');
}

static bool print_bool(struct verb *verb, const struct value *value, uint32_t letter)
{
	if (letter != 't' && letter != 'v')
		return false;
	verb_pad(verb, value->boolean ? "true" : "false", value->boolean ? 4 : 5);
	return true;
}

static bool print_int(struct verb *verb, const struct value *value, uint32_t letter)
{
	struct integer number = {(uint64_t)value->integer, !type_is_unsigned(value)};
	switch (letter) {
	case 'v':
		if (verb->sharp_v && !number.is_signed)
			verb_pointer(verb, number.bits, true);
		else
			verb_integer(verb, number, 10, 'v');
		return true;
	case 'd':
		verb_integer(verb, number, 10, 'd');
		return true;
	case 'b':
		verb_integer(verb, number, 2, 'b');
		return true;
	case 'o':
	case 'O':
		verb_integer(verb, number, 8, (char)letter);
		return true;
	case 'x':
	case 'X':
		verb_integer(verb, number, 16, (char)letter);
		return true;
	case 'c':
		verb_character(verb, number.bits);
		return true;
	case 'q':
		verb_quoted_character(verb, number.bits);
		return true;
	case 'U':
		verb_unicode(verb, number.bits);
		return true;
	default:
		return false;
	}
}

static bool print_float(struct verb *verb, double number, uint32_t letter)
{
	if (!letter || letter > 0x7F || !strchr("vbgGxXfFeE", (int)letter))
		return false;
	bool fixed = strchr("fFeE", (int)letter) != NULL;
	verb_float(verb, number, letter == 'F' ? 'f' : (char)letter, fixed ? 6 : -1);
	return true;
}

static bool print_string(struct verb *verb, const struct value *value, uint32_t letter)
{
	const char *text = value->string.data;
	size_t len = value->string.len;
	if (letter == 's' || (letter == 'v' && !verb->sharp_v))
		verb_string(verb, text, len);
	else if (letter == 'v' || letter == 'q')
		verb_quoted(verb, text, len);
	else if (letter == 'x' || letter == 'X')
		verb_hex_string(verb, text, len, letter == 'X');
	else
		return false;
	return true;
}

static void print_list(struct verb *verb, const struct value *list, uint32_t letter, unsigned depth)
{
	if (verb->sharp_v)
		buf_puts(verb->out, type_name(list));
	buf_putc(verb->out, verb->sharp_v ? '{' : '[');
	for (size_t i = 0; i < list->list.len; i++) {
		if (i)
			buf_puts(verb->out, verb->sharp_v ? ", " : " ");
		print_value(verb, list->list.items[i], letter, depth + 1);
	}
	buf_putc(verb->out, verb->sharp_v ? '}' : ']');
}

static void print_key(struct verb *verb, const struct value *map, const struct value_entry *entry,
		      uint32_t letter, unsigned depth)
{
	struct value key = {.kind = VALUE_STRING, .string = {entry->key, entry->key_len}};
	if (type_has_integer_keys(map))
		key = (struct value){.kind = VALUE_INT, .integer = atoll(entry->key)};
	print_value(verb, &key, letter, depth + 1);
}

static void print_map(struct verb *verb, const struct value *map, uint32_t letter, unsigned depth)
{
	auto_arena struct arena arena = {0};
	const struct value_entry *entries = type_sorted(&arena, map);
	buf_puts(verb->out, verb->sharp_v ? type_name(map) : "map");
	buf_putc(verb->out, verb->sharp_v ? '{' : '[');
	for (size_t i = 0; i < map->map.len; i++) {
		if (i)
			buf_puts(verb->out, verb->sharp_v ? ", " : " ");
		print_key(verb, map, &entries[i], letter, depth);
		buf_putc(verb->out, ':');
		print_value(verb, entries[i].value, letter, depth + 1);
	}
	buf_putc(verb->out, verb->sharp_v ? '}' : ']');
}

/* Go shows the address of a pointer inside another value; its fields are of more use. */
static void print_struct(struct verb *verb, const struct value *value, uint32_t letter,
			 unsigned depth)
{
	bool pointer = type_is_pointer(value);
	if (pointer)
		buf_putc(verb->out, '&');
	if (verb->sharp_v)
		buf_puts(verb->out, value->type + pointer);
	buf_putc(verb->out, '{');
	for (size_t i = 0; i < value->map.len; i++) {
		const struct value_entry *entry = &value->map.entries[i];
		if (i)
			buf_puts(verb->out, verb->sharp_v ? ", " : " ");
		if (verb->plus_v || verb->sharp_v)
			buf_printf(verb->out, "%s:", entry->key);
		print_value(verb, entry->value, letter, depth + 1);
	}
	buf_putc(verb->out, '}');
}

static bool print_address(struct verb *verb, const struct value *value, uint32_t letter)
{
	static const char integers[] = "bodxX";
	static const unsigned bases[] = {2, 8, 10, 16, 16};
	const void *address = value->kind == VALUE_LIST  ? (const void *)value->list.items
			      : value->kind == VALUE_MAP ? (const void *)value->map.entries
							 : value->object.data;
	uint64_t bits = (uint64_t)(uintptr_t)address;
	const char *at = letter && letter < 0x80 ? strchr(integers, (int)letter) : NULL;
	if (letter == 'v' && verb->sharp_v)
		buf_printf(verb->out, "(%s)(0x%llx)", type_name(value), (unsigned long long)bits);
	else if (letter == 'v' || letter == 'p')
		verb_pointer(verb, bits, !verb->sharp);
	else if (at)
		verb_integer(verb, (struct integer){bits, false}, bases[at - integers],
			     (char)letter);
	else
		return false;
	return true;
}

static bool print_object(struct verb *verb, const struct value *value, uint32_t letter)
{
	const struct value *text = type_text(value);
	if (text)
		return print_string(verb, text, letter);
	if (!type_is_class(value, &class_complex))
		return print_address(verb, value, letter);
	const double *parts = value->object.data;
	size_t begin = verb->out->len;
	bool plus = verb->plus;
	buf_putc(verb->out, '(');
	bool fits = print_float(verb, parts[0], letter);
	verb->plus = true;
	fits = fits && print_float(verb, parts[1], letter);
	verb->plus = plus;
	buf_puts(verb->out, "i)");
	if (!fits)
		verb->out->len = begin;
	return fits;
}

static void print_value(struct verb *verb, const struct value *value, uint32_t letter,
			unsigned depth)
{
	bool fits = true;
	if (depth > MAX_DEPTH || verb->out->len > verb->limit)
		return;
	switch (value->kind) {
	case VALUE_NULL:
		buf_puts(verb->out, verb->sharp_v ? "interface {}(nil)" : "<nil>");
		return;
	case VALUE_BOOL:
		fits = print_bool(verb, value, letter);
		break;
	case VALUE_INT:
		fits = print_int(verb, value, letter);
		break;
	case VALUE_FLOAT:
		fits = print_float(verb, value->real, letter);
		break;
	case VALUE_STRING:
		fits = print_string(verb, value, letter);
		break;
	case VALUE_LIST:
		print_list(verb, value, letter, depth);
		return;
	case VALUE_MAP:
		if (type_is_struct(value))
			print_struct(verb, value, letter, depth);
		else
			print_map(verb, value, letter, depth);
		return;
	case VALUE_OBJECT:
		fits = print_object(verb, value, letter);
		break;
	}
	if (!fits)
		bad_verb(verb, value, letter);
}

static bool has_address(const struct value *value)
{
	return value->kind == VALUE_LIST || value->kind == VALUE_MAP ||
	       (value->kind == VALUE_OBJECT && !type_is_class(value, &class_complex));
}

void verb_argument(struct verb *verb, const struct value *value, uint32_t letter)
{
	if (value->kind == VALUE_NULL && (letter == 'T' || letter == 'v'))
		verb_pad(verb, "<nil>", 5);
	else if (letter == 'T')
		verb_string(verb, type_name(value), strlen(type_name(value)));
	else if (value->kind == VALUE_NULL || letter == 'w' ||
		 (letter == 'p' && !has_address(value)))
		bad_verb(verb, value, letter);
	else if (letter == 'p')
		print_address(verb, value, letter);
	else
		print_value(verb, value, letter, 0);
}

void gofmt_value(struct buf *out, const struct value *value)
{
	struct verb verb = {.out = out, .limit = out->len + GOFMT_MAX};
	verb_argument(&verb, value, 'v');
}
