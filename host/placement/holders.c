#include "host/placement/holders.h"

#include "common/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/). */
static size_t hash(const char *name)
{
	uint64_t state = 0xcbf29ce484222325;
	for (; *name; name++)
		state = (state ^ (unsigned char)*name) * 0x100000001b3;
	return (size_t)(state ^ state >> 32);
}

/* Where it is, or the free slot where it belongs. */
static struct holders **slot_of(const struct holders_table *table, const char *name)
{
	size_t at = hash(name) & (table->size - 1);
	while (table->slots[at] && strcmp(table->slots[at]->name, name) != 0)
		at = (at + 1) & (table->size - 1);
	return &table->slots[at];
}

static void grow(struct holders_table *table)
{
	struct holders_table wider = {.size = table->size ? table->size * 2 : 64,
				      .used = table->used};
	wider.slots = mem_alloc(wider.size * sizeof(struct holders *));
	for (size_t i = 0; i < table->size; i++)
		if (table->slots[i])
			*slot_of(&wider, table->slots[i]->name) = table->slots[i];
	free(table->slots);
	*table = wider;
}

struct holders *holders_find(const struct holders_table *table, const char *name)
{
	return table->size ? *slot_of(table, name) : NULL;
}

static struct holders *find_or_make(struct holders_table *table, const char *name)
{
	if (table->used * 2 >= table->size)
		grow(table);
	struct holders **slot = slot_of(table, name);
	struct holders *holders = *slot;
	if (holders)
		return holders;
	*slot = holders = mem_alloc(sizeof *holders);
	holders->name = mem_strdup(name);
	table->used++;
	return holders;
}

/* Where it is, or where it belongs. */
static size_t position_of(const struct holders *holders, size_t endpoint)
{
	size_t from = 0, to = holders->count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (holders->endpoints[middle] < endpoint)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void make_room(struct holders *holders)
{
	if (holders->count < holders->capacity)
		return;
	holders->capacity = holders->capacity ? holders->capacity * 2 : 2;
	holders->endpoints =
		mem_resize(holders->endpoints, holders->capacity, sizeof *holders->endpoints);
}

struct holders *holders_add(struct holders_table *table, const char *name, size_t endpoint)
{
	struct holders *holders = find_or_make(table, name);
	size_t at = position_of(holders, endpoint);
	if (at < holders->count && holders->endpoints[at] == endpoint)
		return holders;
	make_room(holders);
	memmove(&holders->endpoints[at + 1], &holders->endpoints[at],
		(holders->count - at) * sizeof *holders->endpoints);
	holders->endpoints[at] = endpoint;
	holders->count++;
	return holders;
}

void holders_forget(struct holders *holders, size_t at)
{
	holders->count--;
	memmove(&holders->endpoints[at], &holders->endpoints[at + 1],
		(holders->count - at) * sizeof *holders->endpoints);
}

void holders_free(struct holders_table *table)
{
	for (size_t i = 0; i < table->size; i++) {
		if (!table->slots[i])
			continue;
		free(table->slots[i]->name);
		free(table->slots[i]->endpoints);
		free(table->slots[i]);
	}
	free(table->slots);
	*table = (struct holders_table){0};
}
