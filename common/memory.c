#include "common/memory.h"

#include "common/guard.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mem_hopeless(void)
{
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	_Exit(MEM_EXIT_CODE);
}

void mem_exhausted(void)
{
	guard_leave();
	mem_hopeless();
}

void *mem_given(void *made)
{
	if (!made)
		mem_exhausted();
	return made;
}

void *mem_alloc(size_t size)
{
	return mem_given(calloc(1, size ? size : 1));
}

void *mem_resize(void *old, size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total))
		mem_exhausted();
	return mem_given(realloc(old, total ? total : 1));
}

char *mem_strndup(const char *text, size_t len)
{
	char *made = mem_alloc(len + 1);
	memcpy(made, text, len);
	return made;
}

char *mem_strdup(const char *text)
{
	return mem_strndup(text, strlen(text));
}

char *mem_vprintf(const char *format, va_list args)
{
	char *made = NULL;
	if (vasprintf(&made, format, args) < 0)
		mem_exhausted();
	return made;
}

char *mem_printf(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *made = mem_vprintf(format, args);
	va_end(args);
	return made;
}
