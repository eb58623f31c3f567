/* UTF-8 (RFC 3629). */
#ifndef FACTORY_COMMON_UTF8_H
#define FACTORY_COMMON_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { UTF8_MAX = 0x10FFFF };

/* The length of the sequence at the begin of a text of `left` bytes, at least one; 0: there is none
 * that is right. */
size_t utf8_length(const char *text, size_t left);

/* The same, and the character. */
size_t utf8_decode(const char *text, size_t left, uint32_t *code);

#endif
