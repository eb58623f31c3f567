/* The known name that a mistyped one most likely means, for errors that help. */
#ifndef FACTORY_COMMON_NEAREST_H
#define FACTORY_COMMON_NEAREST_H

#include <stddef.h>

/* One of the names, by edit distance; NULL where none is near enough (a third of the length). */
const char *nearest_name(const char *name, const char *const *names, size_t count);

/* Number of single-character edits (insert, delete, replace, swap neighbours) from a to b;
 * texts longer than 63 bytes are far from everything. */
unsigned nearest_distance(const char *a, const char *b);

#endif
