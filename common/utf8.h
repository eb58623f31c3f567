/* UTF-8 (RFC 3629). */
#ifndef FACTORY_COMMON_UTF8_H
#define FACTORY_COMMON_UTF8_H

#include <stddef.h>

/* The length of the sequence at the begin of a text of `left` bytes, at least one; 0: there is none
 * that is right. */
size_t utf8_length(const char *text, size_t left);

#endif
