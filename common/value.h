/* The one value model: what JSON, YAML, both template languages, facts and keys are made of.
 * Values live in an arena and are never freed singly. */
#ifndef FACTORY_COMMON_VALUE_H
#define FACTORY_COMMON_VALUE_H

#include "common/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_FLOAT,
	VALUE_STRING,
	VALUE_LIST,
	VALUE_MAP,
	VALUE_OBJECT, /* something only a template language knows: a macro, a loop, a scratch */
};

struct value;

struct value_entry {
	const char *key; /* NUL-terminated, key_len bytes */
	size_t key_len;
	struct value *value;
	unsigned line, column; /* of the key, where it was read; 0: nowhere */
};

/* Keeps the order in which keys came; found by hash. */
struct value_map {
	struct value_entry *entries;
	uint32_t *slots; /* entry index + 1; NULL while the map is small */
	size_t len, cap, slot_count;
};

struct value {
	enum value_kind kind;
	unsigned line, column; /* where it was read, from 1; 0: nowhere */
	const char *type;      /* a language's own name for its type, or NULL */
	const char *source;    /* a plain YAML scalar as it was written, or NULL */
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct {
			const char *data; /* NUL-terminated, may hold NULs */
			size_t len;
		} string;
		struct {
			struct value **items;
			size_t len, cap;
		} list;
		struct value_map map;
		struct {
			const void *class; /* the owning language's dispatch table */
			void *data;
		} object;
	};
};

struct value *value_null(struct arena *arena);
struct value *value_bool(struct arena *arena, bool boolean);
struct value *value_int(struct arena *arena, int64_t integer);
struct value *value_float(struct arena *arena, double real);
struct value *value_string(struct arena *arena, const char *text); /* copies */
struct value *value_stringn(struct arena *arena, const char *text, size_t len);
struct value *value_list(struct arena *arena);
struct value *value_map(struct arena *arena);
struct value *value_object(struct arena *arena, const void *class, void *data);

/* The item is not copied. */
void value_append(struct arena *arena, struct value *list, struct value *item);

/* Sets a key (copied), replacing what was there; the order of a replaced key stays. */
void value_set(struct arena *arena, struct value *map, const char *key, struct value *value);
void value_setn(struct arena *arena, struct value *map, const char *key, size_t len,
		struct value *value);
bool value_unset(struct value *map, const char *key); /* true: it was there */

/* NULL where the key is missing or `map` is no map (or NULL). */
struct value *value_get(const struct value *map, const char *key);
struct value *value_getn(const struct value *map, const char *key, size_t len);

/* Follows "a.b.0.c" through maps and lists; NULL where it ends nowhere. */
struct value *value_path(const struct value *root, const char *path);

/* The text of a string value, else NULL; of a NULL pointer too. */
const char *value_text(const struct value *value);
uint64_t value_size(const struct value *value); /* an integer from 1 on, else 0 */
bool value_is(const struct value *value, enum value_kind kind); /* NULL: false */
const char *value_kind_name(enum value_kind kind);              /* "map", "list"... */

/* Same kind and content; an integer equals a float of the same number. What is nested deeper than
 * 1000 equals nothing. */
bool value_equal(const struct value *a, const struct value *b);

/* A deep copy in another arena (objects keep their data pointer); null below a depth of 1000. */
struct value *value_copy(struct arena *arena, const struct value *from);

/* Sorts a map's entries by key, bytewise. */
void value_sort_map(struct value *map);

#endif
