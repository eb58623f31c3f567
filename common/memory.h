/* Allocation that has no failure to return: a way back for each of thousands of callers would be
 * code that never runs. On an exhausted machine it goes back to the guard that was put around the
 * work (common/guard.h); where there is none, the process says so in one line and ends with exit
 * code 70. That is orderly too, for nothing that others see is ever between two
 * states: files appear by a rename, a container ends with its session's stream, an image's name
 * moves last. Everything returned is freed with free(). */
#ifndef FACTORY_COMMON_MEMORY_H
#define FACTORY_COMMON_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

enum { MEM_EXIT_CODE = 70 }; /* EX_SOFTWARE */

void *mem_alloc(size_t size);                           /* zeroed */
void *mem_resize(void *old, size_t count, size_t size); /* overflow-checked count * size */
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t len);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *mem_vprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* The same for what a library allocates: NULL is exhaustion; anything else is returned. */
void *mem_given(void *made);
_Noreturn void mem_exhausted(void); /* where a library says so by a code */
_Noreturn void mem_hopeless(void);  /* ends the process, whatever guards there are */

#endif
