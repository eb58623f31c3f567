#include "common/utf8.h"

static size_t leader_length(unsigned char leader)
{
	if (leader < 0x80)
		return 1;
	if (leader < 0xC2 || leader > 0xF4)
		return 0;
	return leader < 0xE0 ? 2 : leader < 0xF0 ? 3 : 4;
}

size_t utf8_decode(const char *text, size_t left, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	size_t len = leader_length(bytes[0]);
	if (len > left)
		return 0;
	*code = len > 1 ? bytes[0] & (0x7Fu >> len) : bytes[0];
	for (size_t i = 1; i < len; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
		*code = *code << 6 | (bytes[i] & 0x3Fu);
	}
	if (*code < least[len] || *code > UTF8_MAX || (*code >= 0xD800 && *code <= 0xDFFF))
		return 0;
	return len;
}

size_t utf8_length(const char *text, size_t left)
{
	uint32_t code;
	return utf8_decode(text, left, &code);
}
