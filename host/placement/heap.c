#include "host/placement/heap.h"

#include "common/memory.h"

#include <stdbool.h>
#include <stdlib.h>

/* Arrays grow by doubling, so that n numbers cost O(n) moves. */
static void know(struct heap *heap, size_t item)
{
	if (item < heap->known)
		return;
	size_t known = heap->known ? heap->known * 2 : 16;
	while (known <= item)
		known *= 2;
	heap->items = mem_resize(heap->items, known, sizeof *heap->items);
	heap->places = mem_resize(heap->places, known, sizeof *heap->places);
	heap->keys = mem_resize(heap->keys, known, sizeof *heap->keys);
	for (size_t i = heap->known; i < known; i++)
		heap->places[i] = HEAP_NONE;
	heap->known = known;
}

static bool is_before(const struct heap *heap, size_t a, size_t b)
{
	size_t one = heap->items[a], other = heap->items[b];
	if (heap->keys[one] < heap->keys[other])
		return true;
	return !(heap->keys[other] < heap->keys[one]) && one < other;
}

static void swap(struct heap *heap, size_t a, size_t b)
{
	size_t item = heap->items[a];
	heap->items[a] = heap->items[b];
	heap->items[b] = item;
	heap->places[heap->items[a]] = a;
	heap->places[heap->items[b]] = b;
}

static void rise(struct heap *heap, size_t at)
{
	for (size_t above; at && is_before(heap, at, above = (at - 1) / 2); at = above)
		swap(heap, at, above);
}

static void sink(struct heap *heap, size_t at)
{
	for (;;) {
		size_t least = at;
		for (size_t below = 2 * at + 1; below <= 2 * at + 2; below++)
			if (below < heap->count && is_before(heap, below, least))
				least = below;
		if (least == at)
			return;
		swap(heap, at, least);
		at = least;
	}
}

static void settle(struct heap *heap, size_t at)
{
	rise(heap, at);
	sink(heap, at);
}

void heap_set(struct heap *heap, size_t item, double key)
{
	know(heap, item);
	heap->keys[item] = key;
	if (heap->places[item] == HEAP_NONE) {
		heap->places[item] = heap->count;
		heap->items[heap->count++] = item;
	}
	settle(heap, heap->places[item]);
}

void heap_remove(struct heap *heap, size_t item)
{
	size_t at = item < heap->known ? heap->places[item] : HEAP_NONE;
	if (at == HEAP_NONE)
		return;
	swap(heap, at, heap->count - 1);
	heap->places[item] = HEAP_NONE;
	heap->count--;
	if (at < heap->count)
		settle(heap, at);
}

size_t heap_top(const struct heap *heap)
{
	return heap->count ? heap->items[0] : HEAP_NONE;
}

double heap_key(const struct heap *heap, size_t item)
{
	return heap->keys[item];
}

void heap_free(struct heap *heap)
{
	free(heap->items);
	free(heap->places);
	free(heap->keys);
	*heap = (struct heap){0};
}
