/* Allocation that does not fail: on an exhausted machine the process says so and ends with exit
 * code 70. Everything returned is freed with free(). */
#ifndef FACTORY_COMMON_MEMORY_H
#define FACTORY_COMMON_MEMORY_H

#include <stddef.h>

void *mem_alloc(size_t size);			   /* zeroed */
void *mem_resize(void *old, size_t count, size_t size); /* overflow-checked count * size */
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t len);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
