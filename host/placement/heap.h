/* Numbers from 0 on, each with a key that may change; the one with the smallest key is on top. */
#ifndef FACTORY_HOST_PLACEMENT_HEAP_H
#define FACTORY_HOST_PLACEMENT_HEAP_H

#include <stddef.h>

#define HEAP_NONE ((size_t)-1)

/* A zeroed one is empty. */
struct heap {
	size_t *items, count; /* the heap itself */
	size_t *places;       /* of each number: where in `items` it is, or HEAP_NONE */
	double *keys;         /* of each number */
	size_t known;         /* numbers below this one have a place and a key */
};

/* Adds a number, or gives it another key. */
void heap_set(struct heap *heap, size_t item, double key);
/* One that is not there stays away. */
void heap_remove(struct heap *heap, size_t item);
/* HEAP_NONE where it is empty. Among equals: the smaller number. */
size_t heap_top(const struct heap *heap);
/* Of a number that is there. */
double heap_key(const struct heap *heap, size_t item);
void heap_free(struct heap *heap);

#endif
