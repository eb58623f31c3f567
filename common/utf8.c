#include "common/utf8.h"

#include <stdbool.h>

static size_t leader_length(unsigned char leader)
{
	if (leader < 0x80)
		return 1;
	if (leader < 0xC2 || leader > 0xF4)
		return 0;
	return leader < 0xE0 ? 2 : leader < 0xF0 ? 3 : 4;
}

size_t utf8_length(const char *bytes, size_t left)
{
	const unsigned char *text = (const unsigned char *)bytes;
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = leader_length(text[0]);
	if (len < 2 || len > left)
		return len > left ? 0 : len;
	unsigned code = text[0] & (0x7Fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3Fu);
	}
	bool valid = code >= least[len] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
	return valid ? len : 0;
}
