#include "agent/render/template/types.h"

#include <stdlib.h>
#include <string.h>

static const char map_prefix[] = "map[";

const struct class class_complex = {"complex128", NULL, NULL};
const struct class class_loop = {"<-chan int64", NULL, NULL};

const char *type_name(const struct value *value)
{
	static const char *const names[] = {"<nil>",
					    "bool",
					    "int",
					    "float64",
					    "string",
					    "[]interface {}",
					    "map[string]interface {}"};
	if (value->type)
		return value->type;
	if (value->kind == VALUE_OBJECT)
		return ((const struct class *)value->object.class)->type;
	return names[value->kind];
}

bool type_is_struct(const struct value *value)
{
	return value->kind == VALUE_MAP && value->type &&
	       strncmp(value->type, map_prefix, strlen(map_prefix)) != 0;
}

bool type_is_unsigned(const struct value *value)
{
	return value->kind == VALUE_INT && value->type && value->type[0] == 'u';
}

bool type_is_pointer(const struct value *value)
{
	return type_is_struct(value) && value->type[0] == '*';
}

bool type_is_class(const struct value *value, const struct class *class)
{
	return value->kind == VALUE_OBJECT && value->object.class == class;
}

const struct value *type_text(const struct value *object)
{
	const struct class *class = object->object.class;
	return class->text ? class->text(object) : NULL;
}

bool type_has_integer_keys(const struct value *map)
{
	return map->type && strncmp(map->type, "map[int]", 8) == 0;
}

struct value *type_nil(struct arena *arena)
{
	return type_named(value_null(arena), "interface {}");
}

struct value *type_named(struct value *value, const char *type)
{
	value->type = type;
	return value;
}

struct value *type_strings(struct arena *arena)
{
	return type_named(value_list(arena), "[]string");
}

struct value *type_zero_element(struct arena *arena, const struct value *map)
{
	const char *type = map->type ? strchr(map->type, ']') : NULL;
	const char *element = type ? type + 1 : "interface {}";
	if (strcmp(element, "string") == 0)
		return value_string(arena, "");
	if (strncmp(element, map_prefix, strlen(map_prefix)) == 0)
		return type_named(value_map(arena), element);
	if (strncmp(element, "[]", 2) == 0)
		return type_named(value_list(arena), element);
	return type_nil(arena);
}

static int by_text(const void *a, const void *b)
{
	const struct value_entry *left = a, *right = b;
	size_t shorter = left->key_len < right->key_len ? left->key_len : right->key_len;
	int order = memcmp(left->key, right->key, shorter);
	return order ? order : (left->key_len > right->key_len) - (left->key_len < right->key_len);
}

static int by_number(const void *a, const void *b)
{
	long left = atol(((const struct value_entry *)a)->key);
	long right = atol(((const struct value_entry *)b)->key);
	return (left > right) - (left < right);
}

const struct value_entry *type_sorted(struct arena *arena, const struct value *map)
{
	const struct value_entry *entries = map->map.entries;
	int (*order)(const void *, const void *) = type_has_integer_keys(map) ? by_number : by_text;
	size_t at = 1;
	while (at < map->map.len && order(&entries[at - 1], &entries[at]) < 0)
		at++;
	if (at >= map->map.len)
		return entries;
	struct value_entry *copy =
		arena_grow(arena, entries, map->map.len, map->map.len, sizeof *copy);
	qsort(copy, map->map.len, sizeof *copy, order);
	return copy;
}

static bool object_truth(const struct value *value)
{
	if (!type_is_class(value, &class_complex))
		return true;
	const double *parts = value->object.data;
	return parts[0] != 0 || parts[1] != 0;
}

bool type_truth(const struct value *value)
{
	switch (value->kind) {
	case VALUE_BOOL:
		return value->boolean;
	case VALUE_INT:
		return value->integer != 0;
	case VALUE_FLOAT:
		return value->real != 0;
	case VALUE_STRING:
		return value->string.len > 0;
	case VALUE_LIST:
		return value->list.len > 0;
	case VALUE_MAP:
		return type_is_struct(value) || value->map.len > 0;
	case VALUE_OBJECT:
		return object_truth(value);
	case VALUE_NULL:
		break;
	}
	return false;
}
