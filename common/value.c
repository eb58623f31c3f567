#include "common/value.h"

#include <stdlib.h>
#include <string.h>

enum { SMALL_MAP = 8, MAX_DEPTH = 1000 };

static struct value *new_value(struct arena *arena, enum value_kind kind)
{
	struct value *value = arena_alloc(arena, sizeof *value);
	value->kind = kind;
	return value;
}

struct value *value_null(struct arena *arena)
{
	return new_value(arena, VALUE_NULL);
}

struct value *value_bool(struct arena *arena, bool boolean)
{
	struct value *value = new_value(arena, VALUE_BOOL);
	value->boolean = boolean;
	return value;
}

struct value *value_int(struct arena *arena, int64_t integer)
{
	struct value *value = new_value(arena, VALUE_INT);
	value->integer = integer;
	return value;
}

struct value *value_float(struct arena *arena, double real)
{
	struct value *value = new_value(arena, VALUE_FLOAT);
	value->real = real;
	return value;
}

struct value *value_stringn(struct arena *arena, const char *text, size_t len)
{
	struct value *value = new_value(arena, VALUE_STRING);
	value->string.data = arena_strndup(arena, text, len);
	value->string.len = len;
	return value;
}

struct value *value_string(struct arena *arena, const char *text)
{
	return value_stringn(arena, text, strlen(text));
}

struct value *value_list(struct arena *arena)
{
	return new_value(arena, VALUE_LIST);
}

struct value *value_map(struct arena *arena)
{
	return new_value(arena, VALUE_MAP);
}

struct value *value_object(struct arena *arena, const void *class, void *data)
{
	struct value *value = new_value(arena, VALUE_OBJECT);
	value->object.class = class;
	value->object.data = data;
	return value;
}

void value_append(struct arena *arena, struct value *list, struct value *item)
{
	if (list->list.len == list->list.cap) {
		size_t cap = list->list.cap ? list->list.cap * 2 : 8;
		list->list.items = arena_grow(arena, list->list.items, list->list.len, cap,
					      sizeof *list->list.items);
		list->list.cap = cap;
	}
	list->list.items[list->list.len++] = item;
}

/* FNV-1a, 32 bits. */
static uint32_t hash_key(const char *key, size_t len)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)key[i]) * 16777619u;
	return hash;
}

static bool same_key(const struct value_entry *entry, const char *key, size_t len)
{
	return entry->key_len == len && memcmp(entry->key, key, len) == 0;
}

static void index_entry(struct value_map *map, size_t at)
{
	size_t mask = map->slot_count - 1;
	size_t slot = hash_key(map->entries[at].key, map->entries[at].key_len) & mask;
	while (map->slots[slot])
		slot = (slot + 1) & mask;
	map->slots[slot] = (uint32_t)at + 1;
}

static void index_all(struct value_map *map)
{
	memset(map->slots, 0, map->slot_count * sizeof *map->slots);
	for (size_t i = 0; i < map->len; i++)
		index_entry(map, i);
}

static struct value_entry *find_entry(const struct value_map *map, const char *key, size_t len)
{
	if (!map->slots) {
		for (size_t i = 0; i < map->len; i++)
			if (same_key(&map->entries[i], key, len))
				return &map->entries[i];
		return NULL;
	}
	size_t mask = map->slot_count - 1;
	for (size_t slot = hash_key(key, len) & mask; map->slots[slot]; slot = (slot + 1) & mask) {
		struct value_entry *entry = &map->entries[map->slots[slot] - 1];
		if (same_key(entry, key, len))
			return entry;
	}
	return NULL;
}

static void grow_map(struct arena *arena, struct value_map *map)
{
	size_t cap = map->cap ? map->cap * 2 : SMALL_MAP;
	uint32_t *slots = cap > SMALL_MAP ? arena_alloc(arena, 2 * cap * sizeof *slots) : NULL;
	map->entries = arena_grow(arena, map->entries, map->len, cap, sizeof *map->entries);
	map->cap = cap;
	if (slots) {
		map->slot_count = cap * 2;
		map->slots = slots;
		index_all(map);
	}
}

void value_setn(struct arena *arena, struct value *map, const char *key, size_t len,
		struct value *value)
{
	struct value_entry *found = find_entry(&map->map, key, len);
	if (found) {
		found->value = value;
		return;
	}
	if (map->map.len == map->map.cap)
		grow_map(arena, &map->map);
	const char *copy = arena_strndup(arena, key, len);
	size_t at = map->map.len++;
	map->map.entries[at] =
		(struct value_entry){.key = copy, .key_len = len, .value = value};
	if (map->map.slots)
		index_entry(&map->map, at);
}

void value_set(struct arena *arena, struct value *map, const char *key, struct value *value)
{
	value_setn(arena, map, key, strlen(key), value);
}

bool value_unset(struct value *map, const char *key)
{
	struct value_entry *found = find_entry(&map->map, key, strlen(key));
	if (!found)
		return false;
	size_t at = (size_t)(found - map->map.entries);
	memmove(found, found + 1, (map->map.len - at - 1) * sizeof *found);
	map->map.len--;
	if (map->map.slots)
		index_all(&map->map);
	return true;
}

struct value *value_getn(const struct value *map, const char *key, size_t len)
{
	if (!value_is(map, VALUE_MAP))
		return NULL;
	struct value_entry *found = find_entry(&map->map, key, len);
	return found ? found->value : NULL;
}

struct value *value_get(const struct value *map, const char *key)
{
	return value_getn(map, key, strlen(key));
}

static struct value *child(const struct value *parent, const char *name, size_t len)
{
	if (!value_is(parent, VALUE_LIST))
		return value_getn(parent, name, len);
	size_t at = 0;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9' || at > parent->list.len)
			return NULL;
		at = at * 10 + (size_t)(name[i] - '0');
	}
	return len && at < parent->list.len ? parent->list.items[at] : NULL;
}

struct value *value_path(const struct value *root, const char *path)
{
	const struct value *at = root;
	while (at && *path) {
		size_t len = strcspn(path, ".");
		at = child(at, path, len);
		path += len + (path[len] == '.');
	}
	return (struct value *)at;
}

const char *value_text(const struct value *value)
{
	return value_is(value, VALUE_STRING) ? value->string.data : NULL;
}

uint64_t value_size(const struct value *value)
{
	return value_is(value, VALUE_INT) && value->integer > 0 ? (uint64_t)value->integer : 0;
}

bool value_is(const struct value *value, enum value_kind kind)
{
	return value && value->kind == kind;
}

const char *value_kind_name(enum value_kind kind)
{
	static const char *const names[] = {"null",   "boolean", "integer", "float",
					    "string", "list",    "map",     "object"};
	return names[kind];
}

static bool equal_at(const struct value *a, const struct value *b, unsigned depth);

static bool equal_lists(const struct value *a, const struct value *b, unsigned depth)
{
	if (a->list.len != b->list.len)
		return false;
	for (size_t i = 0; i < a->list.len; i++)
		if (!equal_at(a->list.items[i], b->list.items[i], depth + 1))
			return false;
	return true;
}

static bool equal_maps(const struct value *a, const struct value *b, unsigned depth)
{
	if (a->map.len != b->map.len)
		return false;
	for (size_t i = 0; i < a->map.len; i++) {
		const struct value_entry *entry = &a->map.entries[i];
		const struct value *other = value_getn(b, entry->key, entry->key_len);
		if (!other || !equal_at(entry->value, other, depth + 1))
			return false;
	}
	return true;
}

static bool equal_numbers(const struct value *a, const struct value *b)
{
	double left = a->kind == VALUE_INT ? (double)a->integer : a->real;
	double right = b->kind == VALUE_INT ? (double)b->integer : b->real;
	return left == right;
}

static bool equal_at(const struct value *a, const struct value *b, unsigned depth)
{
	if (depth > MAX_DEPTH)
		return false;
	if (a->kind != b->kind) {
		bool numbers = (a->kind == VALUE_INT && b->kind == VALUE_FLOAT) ||
			       (a->kind == VALUE_FLOAT && b->kind == VALUE_INT);
		return numbers && equal_numbers(a, b);
	}
	switch (a->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_BOOL:
		return a->boolean == b->boolean;
	case VALUE_INT:
		return a->integer == b->integer;
	case VALUE_FLOAT:
		return a->real == b->real;
	case VALUE_STRING:
		return a->string.len == b->string.len &&
		       memcmp(a->string.data, b->string.data, a->string.len) == 0;
	case VALUE_LIST:
		return equal_lists(a, b, depth);
	case VALUE_MAP:
		return equal_maps(a, b, depth);
	case VALUE_OBJECT:
		return a->object.data == b->object.data;
	}
	return false;
}

bool value_equal(const struct value *a, const struct value *b)
{
	return equal_at(a, b, 0);
}

static struct value *copy_at(struct arena *arena, const struct value *from, unsigned depth)
{
	struct value *to = new_value(arena, from->kind);
	to->line = from->line;
	to->column = from->column;
	to->type = from->type ? arena_strdup(arena, from->type) : NULL;
	to->source = from->source ? arena_strdup(arena, from->source) : NULL;
	if (depth > MAX_DEPTH) {
		to->kind = VALUE_NULL;
	} else if (from->kind == VALUE_STRING) {
		to->string.data = arena_strndup(arena, from->string.data, from->string.len);
		to->string.len = from->string.len;
	} else if (from->kind == VALUE_LIST) {
		for (size_t i = 0; i < from->list.len; i++)
			value_append(arena, to, copy_at(arena, from->list.items[i], depth + 1));
	} else if (from->kind == VALUE_MAP) {
		for (size_t i = 0; i < from->map.len; i++) {
			const struct value_entry *entry = &from->map.entries[i];
			value_setn(arena, to, entry->key, entry->key_len,
				   copy_at(arena, entry->value, depth + 1));
		}
	} else {
		unsigned line = to->line, column = to->column;
		const char *type = to->type, *source = to->source;
		*to = *from;
		to->line = line;
		to->column = column;
		to->type = type;
		to->source = source;
	}
	return to;
}

struct value *value_copy(struct arena *arena, const struct value *from)
{
	return copy_at(arena, from, 0);
}

static int compare_keys(const void *a, const void *b)
{
	const struct value_entry *left = a, *right = b;
	size_t shorter = left->key_len < right->key_len ? left->key_len : right->key_len;
	int order = memcmp(left->key, right->key, shorter);
	if (order)
		return order;
	return (left->key_len > right->key_len) - (left->key_len < right->key_len);
}

void value_sort_map(struct value *map)
{
	if (!map->map.len)
		return;
	qsort(map->map.entries, map->map.len, sizeof *map->map.entries, compare_keys);
	if (map->map.slots)
		index_all(&map->map);
}
