#include "agent/render/template/runes.h"

#include "common/own.h"
#include "common/utf8.h"

struct span {
	uint32_t first, last;
};

static bool in_spans(uint32_t rune, const struct span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rune >= spans[i].first && rune <= spans[i].last)
			return true;
	return false;
}

uint32_t rune_decode(const char *text, size_t len, size_t *width)
{
	uint32_t rune;
	size_t wide = utf8_decode(text, len, &rune);
	*width = wide ? wide : 1;
	return wide ? rune : RUNE_ERROR;
}

void rune_append(struct buf *out, uint32_t rune)
{
	char bytes[4];
	size_t len;
	if (rune > RUNE_MAX || (rune >= 0xD800 && rune <= 0xDFFF))
		rune = RUNE_ERROR;
	if (rune < 0x80) {
		bytes[0] = (char)rune;
		len = 1;
	} else {
		len = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
		for (size_t i = len - 1; i > 0; i--, rune >>= 6)
			bytes[i] = (char)(0x80 | (rune & 0x3F));
		bytes[0] = (char)((0xF00u >> len) | rune);
	}
	buf_add(out, bytes, len);
}

size_t rune_prefix(const char *text, size_t len, size_t count)
{
	size_t at = 0;
	while (at < len && count--) {
		size_t width;
		rune_decode(text + at, len - at, &width);
		at += width;
	}
	return at;
}

size_t rune_count(const char *text, size_t len)
{
	size_t count = 0;
	for (size_t at = 0; at < len; count++) {
		size_t width;
		rune_decode(text + at, len - at, &width);
		at += width;
	}
	return count;
}

bool rune_is_printable(uint32_t rune)
{
	/* Controls, spaces other than ' ', format characters, surrogates, private use, specials. */
	static const struct span hidden[] = {
		{0x00, 0x1F},     {0x7F, 0xA0},     {0xAD, 0xAD},          {0x600, 0x605},
		{0x61C, 0x61C},   {0x6DD, 0x6DD},   {0x70F, 0x70F},        {0x1680, 0x1680},
		{0x180E, 0x180E}, {0x2000, 0x200F}, {0x2028, 0x202F},      {0x205F, 0x206F},
		{0x3000, 0x3000}, {0xD800, 0xF8FF}, {0xFDD0, 0xFDEF},      {0xFEFF, 0xFEFF},
		{0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0x323B0, UINT32_MAX},
	};
	return !in_spans(rune, hidden, COUNT_OF(hidden));
}

bool rune_is_space(uint32_t rune)
{
	static const struct span spaces[] = {
		{'\t', '\r'},     {' ', ' '},       {0x85, 0x85},     {0xA0, 0xA0},
		{0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
		{0x205F, 0x205F}, {0x3000, 0x3000},
	};
	return in_spans(rune, spaces, COUNT_OF(spaces));
}

bool rune_is_word(uint32_t rune)
{
	/* Beyond ASCII everything counts as a letter but symbols and punctuation of the blocks
	 * that hold little else. */
	static const struct span others[] = {
		{0x80, 0xA9},          {0xAB, 0xB4},     {0xB6, 0xB9},     {0xBB, 0xBF},
		{0xD7, 0xD7},          {0xF7, 0xF7},     {0x2000, 0x206F}, {0x20A0, 0x20CF},
		{0x2190, 0x2BFF},      {0x3000, 0x3004}, {0x3008, 0x3020}, {0xD800, 0xF8FF},
		{0xFE00, 0xFE6F},      {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFF}, {0x1F000, 0x1FAFF},
		{0x323B0, UINT32_MAX},
	};
	if (rune < 0x80)
		return rune == '_' || (rune >= '0' && rune <= '9') ||
		       ((rune | 0x20) >= 'a' && (rune | 0x20) <= 'z');
	return !in_spans(rune, others, COUNT_OF(others));
}
