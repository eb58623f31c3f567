/* Allocation that does not fail: on an exhausted machine the process says so in one line and ends
 * with exit code 70 (EX_SOFTWARE). That is orderly, for nothing that others see is ever between two
 * states: files appear by a rename, a container ends with its session's stream, an image's name
 * moves last. A way back for each of a thousand allocations would be code that never runs.
 * Everything returned is freed with free(). */
#ifndef FACTORY_COMMON_MEMORY_H
#define FACTORY_COMMON_MEMORY_H

#include <stddef.h>

void *mem_alloc(size_t size);                           /* zeroed */
void *mem_resize(void *old, size_t count, size_t size); /* overflow-checked count * size */
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t len);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for what a library allocates: NULL ends the process; anything else is returned. */
void *mem_given(void *made);
_Noreturn void mem_exhausted(void); /* where a library says so by a code */

#endif
