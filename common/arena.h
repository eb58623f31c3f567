/* Memory that is given out piece by piece and released all at once: one arena per parse,
 * rendering or reply. Nothing from an arena is freed singly. */
#ifndef FACTORY_COMMON_ARENA_H
#define FACTORY_COMMON_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used;                /* bytes given out, for bounds */
};

/* Room for about `size` bytes at once, its pages too: for who knows that it will need them, each
 * page that the kernel gives singly costs a microsecond. */
void arena_reserve(struct arena *arena, size_t size);

/* Zeroed memory, aligned for any type, that lives as long as the arena. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes what malloc gave: it is released with the arena. */
void arena_adopt(struct arena *arena, void *data, size_t size);

/* A larger copy of an array of `count` elements of `size` bytes that may now hold `cap`. */
void *arena_grow(struct arena *arena, const void *old, size_t count, size_t cap, size_t size);

void arena_free(struct arena *arena);

#define auto_arena __attribute__((cleanup(arena_free)))

#endif
