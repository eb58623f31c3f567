#include "common/consul_keys.h"

#include "common/error.h"
#include "common/json.h"

#include <stdint.h>
#include <string.h>
#include <sys/types.h>

/* --- JSON, as far as it is needed --- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct consul_keys *keys)
{
	while (keys->at < keys->end && is_space(*keys->at))
		keys->at++;
}

static bool take(struct consul_keys *keys, char c)
{
	skip_space(keys);
	if (keys->at == keys->end || *keys->at != c)
		return false;
	keys->at++;
	return true;
}

/* Raw control characters are in no JSON text (RFC 8259): what has them was damaged on its way. */
static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

#define EACH(byte) (UINT64_MAX / 0xFF * (byte))

/* Whether one of eight bytes is less than `least`, which is 0x80 at most. */
static bool any_below(uint64_t bytes, unsigned char least)
{
	return ((bytes - EACH(least)) & ~bytes & EACH(0x80)) != 0;
}

/* Eight bytes at once: this is most of what there is to do for a long value. */
static char *skip_plain(char *at, const char *end)
{
	for (; end - at >= 8; at += 8) {
		uint64_t bytes;
		memcpy(&bytes, at, 8);
		if (any_below(bytes, 0x20) || any_below(bytes ^ EACH('"'), 1) ||
		    any_below(bytes ^ EACH('\\'), 1))
			break;
	}
	while (at < end && is_plain(*at))
		at++;
	return at;
}

/* The text between two quotes, escapes as they are. */
static bool take_string(struct consul_keys *keys, char **text, size_t *len)
{
	if (!take(keys, '"'))
		return false;
	char *at = skip_plain(keys->at, keys->end);
	while (keys->end - at >= 2 && *at == '\\' && (unsigned char)at[1] >= 0x20)
		at = skip_plain(at + 2, keys->end);
	if (at == keys->end || *at != '"')
		return false;
	*text = keys->at;
	*len = (size_t)(at - keys->at);
	keys->at = at + 1;
	return true;
}

/* Of numbers, true and null. */
static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* A string, a number, true, null, or something nested: whatever a newer Consul adds. */
static bool skip_value(struct consul_keys *keys)
{
	size_t depth = 0, len;
	char *text;
	for (skip_space(keys); keys->at < keys->end; skip_space(keys)) {
		char c = *keys->at;
		if (!depth && (c == ',' || c == '}' || c == ']'))
			return true;
		if (c < 0x20 || c > 0x7E || (c == '"' && !take_string(keys, &text, &len)))
			return false;
		if (c == '"')
			continue;
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		do
			keys->at++;
		while (is_word(c) && keys->at < keys->end && is_word(*keys->at));
	}
	return false;
}

static const char *unescape(struct arena *arena, char *text, size_t len)
{
	if (memchr(text, '\\', len)) {
		auto_error struct error ignored = {0};
		return value_text(json_parse(arena, "a key", text - 1, len + 2, &ignored));
	}
	text[len] = '\0'; /* the quote that ended it */
	return text;
}

/* --- keys --- */

static bool take_member(struct consul_keys *keys, struct consul_key *key)
{
	char *name, *text;
	size_t name_len, len;
	if (!take_string(keys, &name, &name_len) || !take(keys, ':'))
		return false;
	skip_space(keys);
	bool is_text = keys->at < keys->end && *keys->at == '"';
	if (is_text && name_len == 3 && memcmp(name, "Key", 3) == 0)
		return take_string(keys, &text, &len) &&
		       (key->path = unescape(keys->arena, text, len));
	if (is_text && name_len == 5 && memcmp(name, "Value", 5) == 0)
		return take_string(keys, &key->base64, &key->base64_len);
	return skip_value(keys);
}

int consul_keys_next(struct consul_keys *keys, struct consul_key *key)
{
	*key = (struct consul_key){0};
	if (!take(keys, keys->started ? ',' : '[')) {
		bool ended = keys->started && take(keys, ']');
		skip_space(keys);
		return ended && keys->at == keys->end ? 0 : -1;
	}
	if (!keys->started && take(keys, ']')) {
		skip_space(keys);
		return keys->at == keys->end ? 0 : -1;
	}
	keys->started = true;
	if (!take(keys, '{'))
		return -1;
	while (take_member(keys, key))
		if (!take(keys, ','))
			return take(keys, '}') && key->path ? 1 : -1;
	return -1;
}

/* --- base64 --- */

/* A digit's number and 64, which tells it from what is none. Not by mbedTLS, whose constant time
 * takes ten times as long. */
static const unsigned char digits[256] = {
	['A'] = 64,  ['B'] = 65,  ['C'] = 66,  ['D'] = 67,  ['E'] = 68,  ['F'] = 69,  ['G'] = 70,
	['H'] = 71,  ['I'] = 72,  ['J'] = 73,  ['K'] = 74,  ['L'] = 75,  ['M'] = 76,  ['N'] = 77,
	['O'] = 78,  ['P'] = 79,  ['Q'] = 80,  ['R'] = 81,  ['S'] = 82,  ['T'] = 83,  ['U'] = 84,
	['V'] = 85,  ['W'] = 86,  ['X'] = 87,  ['Y'] = 88,  ['Z'] = 89,  ['a'] = 90,  ['b'] = 91,
	['c'] = 92,  ['d'] = 93,  ['e'] = 94,  ['f'] = 95,  ['g'] = 96,  ['h'] = 97,  ['i'] = 98,
	['j'] = 99,  ['k'] = 100, ['l'] = 101, ['m'] = 102, ['n'] = 103, ['o'] = 104, ['p'] = 105,
	['q'] = 106, ['r'] = 107, ['s'] = 108, ['t'] = 109, ['u'] = 110, ['v'] = 111, ['w'] = 112,
	['x'] = 113, ['y'] = 114, ['z'] = 115, ['0'] = 116, ['1'] = 117, ['2'] = 118, ['3'] = 119,
	['4'] = 120, ['5'] = 121, ['6'] = 122, ['7'] = 123, ['8'] = 124, ['9'] = 125, ['+'] = 126,
	['/'] = 127,
};

/* The bytes that four digits stand for; false where one is none. */
static bool decode_group(const char *text, char *out)
{
	const unsigned char *from = (const unsigned char *)text;
	unsigned a = digits[from[0]], b = digits[from[1]], c = digits[from[2]], d = digits[from[3]];
	out[0] = (char)(a << 2 | (b >> 4 & 3));
	out[1] = (char)(b << 4 | (c >> 2 & 15));
	out[2] = (char)(c << 6 | (d & 63));
	return a & b & c & d & 64;
}

/* In place. Returns how many bytes came of it; -1: it was broken. */
static ssize_t decode(char *text, size_t len)
{
	char *out = text;
	size_t padding = 0;
	while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
		padding++;
	if (len % 4 || (padding && len < 4))
		return -1;
	const char *last = text + len - (padding ? 4 : 0);
	for (const char *at = text; at < last; at += 4, out += 3)
		if (!decode_group(at, out))
			return -1;
	if (padding) {
		const char group[4] = {last[0], last[1], padding == 2 ? 'A' : last[2], 'A'};
		char bytes[3];
		if (!decode_group(group, bytes))
			return -1;
		memcpy(out, bytes, 3 - padding);
		out += 3 - padding;
	}
	return out - text;
}

struct value *consul_key_value(struct arena *arena, const struct consul_key *key)
{
	struct value *value = value_null(arena);
	ssize_t len = key->base64_len ? decode(key->base64, key->base64_len) : 0;
	if (len < 0)
		return NULL;
	value->kind = VALUE_STRING;
	value->string.data = "";
	value->string.len = (size_t)len;
	if (len) {
		key->base64[len] = '\0'; /* base64 is longer than what it stands for */
		value->string.data = key->base64;
	}
	return value;
}
