/* An allocator that fails when it is told to. It stands in the place of everyone's: the program's,
 * its libraries' and the C library's, and asks that of AddressSanitizer, which finds what leaks. */
#ifndef FACTORY_TESTS_EXHAUSTION_H
#define FACTORY_TESTS_EXHAUSTION_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

void *__interceptor_malloc(size_t size);
void *__interceptor_calloc(size_t count, size_t size);
void *__interceptor_realloc(void *old, size_t size);
void __interceptor_free(void *old);

static struct {
	long count;   /* since fail_allocation */
	long failing; /* the one that fails; 0: none */
	bool forever; /* and all after it */
	bool failed;
	long alive; /* allocated, and not freed */
} heap;

static bool refused(void)
{
	heap.count++;
	if (!heap.failing || heap.count < heap.failing ||
	    (heap.count > heap.failing && !heap.forever))
		return false;
	errno = ENOMEM;
	return heap.failed = true;
}

static void *counted(void *made)
{
	heap.alive += made != NULL;
	return made;
}

void *malloc(size_t size)
{
	return refused() ? NULL : counted(__interceptor_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return refused() ? NULL : counted(__interceptor_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
	if (refused())
		return NULL;
	void *made = __interceptor_realloc(old, size);
	heap.alive += made && !old;
	return made;
}

/* AddressSanitizer's own would go past all this. */
char *strndup(const char *text, size_t len)
{
	len = strnlen(text, len);
	char *made = malloc(len + 1);
	if (made) {
		memcpy(made, text, len);
		made[len] = '\0';
	}
	return made;
}

char *strdup(const char *text)
{
	return strndup(text, strlen(text));
}

void free(void *old)
{
	heap.alive -= old != NULL;
	__interceptor_free(old);
}

/* The next allocation is number 1. */
static void fail_allocation(long which, bool forever)
{
	heap.count = 0;
	heap.failing = which;
	heap.forever = forever;
	heap.failed = false;
}

#endif
