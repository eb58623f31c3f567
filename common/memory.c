#include "common/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(void)
{
	static const char message[] = "factory: out of memory\n";
	fwrite(message, 1, sizeof message - 1, stderr);
	_Exit(70);
}

void *mem_alloc(size_t size)
{
	void *made = calloc(1, size ? size : 1);
	if (!made)
		out_of_memory();
	return made;
}

void *mem_resize(void *old, size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total))
		out_of_memory();
	void *made = realloc(old, total ? total : 1);
	if (!made)
		out_of_memory();
	return made;
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

char *mem_printf(const char *format, ...)
{
	char *made = NULL;
	va_list args;
	va_start(args, format);
	int len = vasprintf(&made, format, args);
	va_end(args);
	if (len < 0)
		out_of_memory();
	return made;
}
