#include "common/arena.h"

#include "common/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Since Linux 5.14; musl's headers lack it. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Small arenas stay small, large ones have few blocks: libcs give those from 128 KB on as the
 * kernel makes them, zeroed already. */
enum { FIRST_BLOCK = 512, LARGEST_BLOCK = 262144, ALIGNMENT = _Alignof(max_align_t) };

struct arena_block {
	struct arena_block *next;
	void *adopted; /* released with the block, or NULL */
	size_t used;
	size_t cap;
	_Alignas(max_align_t) char data[];
};

/* The block before it stays current. */
static void put_behind(struct arena *arena, struct arena_block *block)
{
	struct arena_block **at = arena->blocks ? &arena->blocks->next : &arena->blocks;
	block->next = *at;
	*at = block;
}

static struct arena_block *new_block(struct arena *arena, size_t size)
{
	size_t usual = arena->blocks ? 2 * arena->blocks->cap : 0;
	usual = usual < FIRST_BLOCK ? FIRST_BLOCK : usual > LARGEST_BLOCK ? LARGEST_BLOCK : usual;
	size_t cap = size > usual ? size : usual;
	struct arena_block *block = mem_alloc(sizeof *block + cap);
	block->cap = cap;
	/* A block made for one large piece is full at once. */
	if (size > usual) {
		put_behind(arena, block);
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void arena_adopt(struct arena *arena, void *data, size_t size)
{
	struct arena_block *block = mem_alloc(sizeof *block);
	block->adopted = data;
	arena->used += size;
	put_behind(arena, block);
}

/* Old kernels don't know how, and then the pages come one by one. */
static void populate(char *data, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = ((uintptr_t)data + page - 1) & ~(uintptr_t)(page - 1);
	uintptr_t end = ((uintptr_t)data + size) & ~(uintptr_t)(page - 1);
	if (begin < end)
		madvise((void *)begin, end - begin, MADV_POPULATE_WRITE);
}

void arena_reserve(struct arena *arena, size_t size)
{
	struct arena_block *block = mem_alloc(sizeof *block + size);
	block->cap = size;
	block->next = arena->blocks;
	arena->blocks = block;
	populate(block->data, size);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t rounded = (size + ALIGNMENT - 1) & ~((size_t)ALIGNMENT - 1);
	struct arena_block *block = arena->blocks;
	if (!block || block->cap - block->used < rounded)
		block = new_block(arena, rounded);
	void *given = block->data + block->used;
	block->used += rounded;
	arena->used += rounded;
	return given;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);
	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *text = arena_alloc(arena, (size_t)(len > 0 ? len : 0) + 1);
	if (len > 0)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}

void *arena_grow(struct arena *arena, const void *old, size_t count, size_t cap, size_t size)
{
	void *made = arena_alloc(arena, cap * size);
	if (count)
		memcpy(made, old, count * size);
	return made;
}

void arena_free(struct arena *arena)
{
	for (struct arena_block *block = arena->blocks; block;) {
		struct arena_block *next = block->next;
		free(block->adopted);
		free(block);
		block = next;
	}
	*arena = (struct arena){0};
}
