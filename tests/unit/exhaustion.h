/* An allocator that fails when it is told to. It stands in the place of everyone's: the program's,
 * its libraries' and the C library's, and asks the one below: AddressSanitizer's finds what leaks.
 */
#ifndef FACTORY_TESTS_EXHAUSTION_H
#define FACTORY_TESTS_EXHAUSTION_H

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#define BELOW(name) __interceptor_##name
#else
#define BELOW(name) __libc_##name
#endif
void *BELOW(malloc)(size_t size);
void *BELOW(calloc)(size_t count, size_t size);
void *BELOW(realloc)(void *old, size_t size);
void BELOW(free)(void *old);

static struct {
	long count;   /* since fail_allocation */
	long failing; /* the one that fails; 0: none */
	bool forever; /* and all after it */
	bool failed;
	long alive;  /* allocated, and not freed */
	int sparing; /* inside what can't do without */
} heap;

/* These are called before AddressSanitizer has begun. */
#define unchecked __attribute__((no_sanitize("address", "undefined"), noinline))

/* libarchive reads through the pointers that it did not get. */
unchecked static bool is_spared(const void *caller)
{
	Dl_info info;
	return heap.sparing ||
	       (dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, "libarchive"));
}

unchecked static bool refused(const void *caller)
{
	heap.count++;
	if (!heap.failing || heap.count < heap.failing ||
	    (heap.count > heap.failing && !heap.forever))
		return false;
	heap.failed = true;
	if (is_spared(caller))
		return false;
	errno = ENOMEM;
	return true;
}

static void *counted(void *made)
{
	heap.alive += made != NULL;
	return made;
}

void *malloc(size_t size)
{
	return refused(__builtin_return_address(0)) ? NULL : counted(BELOW(malloc)(size));
}

void *calloc(size_t count, size_t size)
{
	return refused(__builtin_return_address(0)) ? NULL : counted(BELOW(calloc)(count, size));
}

void *realloc(void *old, size_t size)
{
	if (refused(__builtin_return_address(0)))
		return NULL;
	void *made = BELOW(realloc)(old, size);
	heap.alive += made && !old;
	return made;
}

static char *copy(const char *text, size_t len, const void *caller)
{
	char *made = refused(caller) ? NULL : counted(BELOW(malloc)(len + 1));
	if (made) {
		memcpy(made, text, len);
		made[len] = '\0';
	}
	return made;
}

/* AddressSanitizer's own would go past all this. */
char *strndup(const char *text, size_t len)
{
	return copy(text, strnlen(text, len), __builtin_return_address(0));
}

char *strdup(const char *text)
{
	return copy(text, strlen(text), __builtin_return_address(0));
}

char *realpath(const char *path, char *into)
{
	static char *(*real)(const char *path, char *into);
	char found[PATH_MAX];
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "realpath");
	return into ? real(path, into) : real(path, found) ? strdup(found) : NULL;
}

void free(void *old)
{
	heap.alive -= old != NULL;
	BELOW(free)(old);
}

/* The C library's leaks when it fails half-way: it fails as a whole. */
int regcomp(regex_t *regex, const char *pattern, int flags)
{
	static int (*real)(regex_t * regex, const char *pattern, int flags);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "regcomp");
	if (refused(NULL))
		return REG_ESPACE;
	heap.sparing++;
	int status = real(regex, pattern, flags);
	heap.sparing--;
	return status;
}

/* Likewise. */
locale_t newlocale(int mask, const char *name, locale_t base)
{
	static locale_t (*real)(int mask, const char *name, locale_t base);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "newlocale");
	if (refused(NULL))
		return (locale_t)0;
	heap.sparing++;
	locale_t locale = real(mask, name, base);
	heap.sparing--;
	return locale;
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
