#include "common/consul_keys.h"

#include "common/error.h"
#include "common/json.h"

#include <string.h>

/* --- JSON, as far as it is needed --- */

static void skip_space(struct consul_keys *keys)
{
	while (keys->at < keys->end && *keys->at && strchr(" \t\r\n", *keys->at))
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

/* The quote that ends a string; NULL where there is none. */
static const char *closing_quote(const char *at, const char *end)
{
	while (at < end) {
		const char *quote = memchr(at, '"', (size_t)(end - at));
		const char *slash = quote ? memchr(at, '\\', (size_t)(quote - at)) : NULL;
		if (!slash)
			return quote;
		at = slash + 2;
	}
	return NULL;
}

/* Raw control characters are in no JSON text (RFC 8259): what has them was damaged on its way. */
static bool is_clean(const char *text, size_t len)
{
	unsigned char least = 0xFF;
	for (size_t i = 0; i < len; i++)
		least = (unsigned char)text[i] < least ? (unsigned char)text[i] : least;
	return least >= 0x20;
}

/* The text between two quotes, escapes as they are. */
static bool take_string(struct consul_keys *keys, const char **text, size_t *len)
{
	if (!take(keys, '"'))
		return false;
	const char *quote = closing_quote(keys->at, keys->end);
	if (!quote || !is_clean(keys->at, (size_t)(quote - keys->at)))
		return false;
	*text = keys->at;
	*len = (size_t)(quote - keys->at);
	keys->at = quote + 1;
	return true;
}

/* A string, a number, true, null, or something nested: whatever a newer Consul adds. */
static bool skip_value(struct consul_keys *keys)
{
	size_t depth = 0, len;
	const char *text;
	for (skip_space(keys); keys->at < keys->end; skip_space(keys)) {
		char c = *keys->at;
		if (!depth && strchr(",}]", c))
			return true;
		if (c < 0x20 || c > 0x7E || (c == '"' && !take_string(keys, &text, &len)))
			return false;
		if (c == '"')
			continue;
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		keys->at++;
	}
	return false;
}

static const char *unescape(struct arena *arena, const char *text, size_t len)
{
	if (!memchr(text, '\\', len))
		return arena_strndup(arena, text, len);
	auto_error struct error ignored = {0};
	return value_text(json_parse(arena, "a key", text - 1, len + 2, &ignored));
}

/* --- keys --- */

static bool is_name(const char *text, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(text, name, len) == 0;
}

static bool take_member(struct consul_keys *keys, struct consul_key *key)
{
	const char *name, *text;
	size_t name_len, len;
	if (!take_string(keys, &name, &name_len) || !take(keys, ':'))
		return false;
	skip_space(keys);
	bool is_text = keys->at < keys->end && *keys->at == '"';
	if (is_text && is_name(name, name_len, "Key"))
		return take_string(keys, &text, &len) &&
		       (key->path = unescape(keys->arena, text, len));
	if (is_text && is_name(name, name_len, "Value"))
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

/* 0 to 63; 64 for what is no digit. Not by mbedTLS, whose constant time takes ten times as long. */
static void make_digits(unsigned char digits[256])
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	memset(digits, 64, 256);
	for (unsigned i = 0; i < 64; i++)
		digits[(unsigned char)alphabet[i]] = (unsigned char)i;
}

/* The bytes that four digits stand for; false where one is none. */
static bool decode_group(const unsigned char digits[256], const char *text, unsigned char out[3])
{
	const unsigned char *from = (const unsigned char *)text;
	unsigned a = digits[from[0]], b = digits[from[1]], c = digits[from[2]], d = digits[from[3]];
	out[0] = (unsigned char)(a << 2 | b >> 4);
	out[1] = (unsigned char)(b << 4 | c >> 2);
	out[2] = (unsigned char)(c << 6 | d);
	return (a | b | c | d) < 64;
}

struct value *consul_key_value(struct arena *arena, const struct consul_key *key)
{
	unsigned char digits[256];
	const char *text = key->base64;
	size_t left = key->base64_len, padding = 0;
	while (padding < 2 && padding < left && text[left - 1 - padding] == '=')
		padding++;
	if (left % 4 || (padding && left < 4))
		return NULL;
	unsigned char *bytes = arena_alloc(arena, left / 4 * 3 + 1), *out = bytes;
	make_digits(digits);
	for (; left > 4 || (left && !padding); left -= 4, text += 4, out += 3)
		if (!decode_group(digits, text, out))
			return NULL;
	if (left) {
		char last[4] = {text[0], text[1], padding == 2 ? 'A' : text[2], 'A'};
		if (!decode_group(digits, last, out))
			return NULL;
		out += 3 - padding;
	}
	*out = '\0';
	struct value *value = value_stringn(arena, "", 0);
	value->string.data = (const char *)bytes;
	value->string.len = (size_t)(out - bytes);
	return value;
}
