/* A command line in words, as a shell splits it: blanks, quotes and backslashes count, nothing
 * else. */
#ifndef FACTORY_HOST_MANIFEST_WORDS_H
#define FACTORY_HOST_MANIFEST_WORDS_H

#include "common/value.h"

/* A list of strings; NULL where a quote is not closed. */
struct value *words_split(struct arena *arena, const char *text);

#endif
