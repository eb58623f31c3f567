/* UTF-8 as Go's strings see it: a byte that begins no sequence is U+FFFD, one byte wide. */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_RUNES_H
#define FACTORY_AGENT_RENDER_TEMPLATE_RUNES_H

#include "common/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RUNE_ERROR = 0xFFFD, RUNE_MAX = 0x10FFFF };

/* The code point at text (len > 0) and its width in bytes. */
uint32_t rune_decode(const char *text, size_t len, size_t *width);

/* Appends a code point; what is no scalar value becomes U+FFFD. */
void rune_append(struct buf *out, uint32_t rune);

size_t rune_count(const char *text, size_t len);

/* How many bytes the first `count` code points take. */
size_t rune_prefix(const char *text, size_t len, size_t count);

bool rune_is_printable(uint32_t rune); /* as strconv.IsPrint, but for unassigned code points */
bool rune_is_word(uint32_t rune);      /* a letter, a digit or _ : what identifiers are made of */
bool rune_is_space(uint32_t rune);     /* as unicode.IsSpace */

#endif
