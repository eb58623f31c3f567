#include "agent/render/functions/sprig.h"

#include "common/hash.h"
#include "common/memory.h"
#include "common/own.h"

#include <mbedtls/base64.h>
#include <mbedtls/md.h>
#include <string.h>

static void swap_alphabet(char *text, size_t len, const char from[2], const char to[2])
{
	for (size_t i = 0; i < len; i++)
		for (size_t j = 0; j < 2; j++)
			if (text[i] == from[j]) {
				text[i] = to[j];
				break;
			}
}

static struct value *base64_encode(struct call *call, bool url)
{
	size_t room = (call_len(call, 0) + 2) / 3 * 4 + 1, len = 0;
	autofree char *text = mem_alloc(room);
	mbedtls_base64_encode((unsigned char *)text, room, &len,
			      (const unsigned char *)call_text(call, 0), call_len(call, 0));
	if (url)
		swap_alphabet(text, len, "+/", "-_");
	return value_stringn(call->arena, text, len);
}

/* Go tells where the text goes wrong: the first byte that can't be there. */
static size_t corrupt_at(const char *text, size_t len, bool url)
{
	const char *extra = url ? "-_" : "+/";
	size_t at = 0;
	for (; at < len; at++) {
		char c = text[at], lower = (char)(c | 0x20);
		if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != extra[0] &&
		    c != extra[1])
			return at;
	}
	return len / 4 * 4;
}

static struct value *base64_decode(struct call *call, bool url, struct error *err)
{
	auto_buf struct buf text = {0};
	const char *given = call_text(call, 0);
	size_t given_len = call_len(call, 0), len = 0;
	for (size_t i = 0; i < given_len; i++)
		if (given[i] != '\n' && given[i] != '\r')
			buf_putc(&text, url && strchr("+/", given[i]) ? '!' : given[i]);
	if (url && text.len)
		swap_alphabet(text.data, text.len, "-_", "+/");
	autofree unsigned char *out = mem_alloc(text.len + 1);
	int code = mbedtls_base64_decode(out, text.len + 1, &len,
					 (const unsigned char *)buf_text(&text), text.len);
	if (code == 0 && text.len % 4 == 0)
		return value_stringn(call->arena, (const char *)out, len);
	error_set(err, "%s: illegal base64 data at input byte %zu",
		  url ? "base64URLDecode" : "base64Decode", corrupt_at(given, given_len, url));
	return NULL;
}

static struct value *encoding_base64_encode(struct call *call, struct error *err)
{
	(void)err;
	return base64_encode(call, false);
}

static struct value *encoding_base64_url_encode(struct call *call, struct error *err)
{
	(void)err;
	return base64_encode(call, true);
}

static struct value *encoding_base64_decode(struct call *call, struct error *err)
{
	return base64_decode(call, false, err);
}

static struct value *encoding_base64_url_decode(struct call *call, struct error *err)
{
	return base64_decode(call, true, err);
}

static struct value *as_hex(struct call *call, const unsigned char *digest, size_t len)
{
	auto_buf struct buf hex = {0};
	for (size_t i = 0; i < len; i++)
		buf_printf(&hex, "%02x", digest[i]);
	return call_string(call, &hex);
}

static struct value *digest(struct call *call, mbedtls_md_type_t type, struct error *err)
{
	unsigned char out[MBEDTLS_MD_MAX_SIZE];
	const mbedtls_md_info_t *info = mbedtls_md_info_from_type(type);
	const unsigned char *text = (const unsigned char *)call_text(call, 0);
	if (info && mbedtls_md(info, text, call_len(call, 0), out) == 0)
		return as_hex(call, out, mbedtls_md_get_size(info));
	error_set(err, "this agent was built without the digest");
	return NULL;
}

static struct value *encoding_md5(struct call *call, struct error *err)
{
	return digest(call, MBEDTLS_MD_MD5, err);
}

static struct value *encoding_sha1(struct call *call, struct error *err)
{
	return digest(call, MBEDTLS_MD_SHA1, err);
}

static struct value *encoding_sha512(struct call *call, struct error *err)
{
	return digest(call, MBEDTLS_MD_SHA512, err);
}

static struct value *encoding_sha256(struct call *call, struct error *err)
{
	(void)err;
	char hex[HASH_HEX];
	hash_hex(call_text(call, 0), call_len(call, 0), hex);
	return value_string(call->arena, hex);
}

static struct value *encoding_hmac(struct call *call, struct error *err)
{
	unsigned char out[MBEDTLS_MD_MAX_SIZE];
	const mbedtls_md_info_t *info = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
	if (info &&
	    mbedtls_md_hmac(info, (const unsigned char *)call_text(call, 1), call_len(call, 1),
			    (const unsigned char *)call_text(call, 0), call_len(call, 0), out) == 0)
		return as_hex(call, out, mbedtls_md_get_size(info));
	error_set(err, "this agent was built without the digest");
	return NULL;
}

static struct value *to_json(struct call *call, unsigned indent, bool escape_html,
			     struct error *err)
{
	auto_buf struct buf out = {0};
	gojson_write(&out, call->args[0], indent, escape_html);
	return sprig_text(call, &out, err);
}

static struct value *encoding_json(struct call *call, struct error *err)
{
	return to_json(call, 0, true, err);
}

static struct value *encoding_json_pretty(struct call *call, struct error *err)
{
	return to_json(call, 2, true, err);
}

static struct value *encoding_json_unescaped(struct call *call, struct error *err)
{
	return to_json(call, 0, false, err);
}

static struct value *encoding_json_unescaped_pretty(struct call *call, struct error *err)
{
	return to_json(call, 2, false, err);
}

/* White space at both ends goes, as consul-template has it. */
static struct value *trimmed(struct call *call, const struct buf *out)
{
	const char *text = buf_text(out);
	size_t from = strspn(text, " \n"), len = out->len;
	while (len > from && (text[len - 1] == '\n' || text[len - 1] == ' '))
		len--;
	return value_stringn(call->arena, text + from, len - from);
}

static struct value *encoding_yaml(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	return goyaml_write(&out, call->args[0], err) < 0 ? NULL : trimmed(call, &out);
}

static struct value *encoding_toml(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	return gotoml_write(&out, call->args[0], err) < 0 ? NULL : trimmed(call, &out);
}

const struct function functions_encoding[] = {
	{"base64Encode", "s", encoding_base64_encode},
	{"base64Decode", "s", encoding_base64_decode},
	{"base64URLEncode", "s", encoding_base64_url_encode},
	{"base64URLDecode", "s", encoding_base64_url_decode},
	{"md5sum", "s", encoding_md5},
	{"sha1Hex", "s", encoding_sha1},
	{"sha256Hex", "s", encoding_sha256},
	{"hmacSHA256Hex", "ss", encoding_hmac},
	{"toJSON", "a", encoding_json},
	{"toJSONPretty", "a", encoding_json_pretty},
	{"toUnescapedJSON", "a", encoding_json_unescaped},
	{"toUnescapedJSONPretty", "a", encoding_json_unescaped_pretty},
	{"toYAML", "a", encoding_yaml},
	{"toTOML", "a", encoding_toml},
	{NULL, NULL, NULL},
};

const struct function functions_sprig_digests[] = {
	{"sprig_b64enc", "s", encoding_base64_encode},
	{"sprig_mustToJson", "a", encoding_json},
	{"sprig_mustToPrettyJson", "a", encoding_json_pretty},
	{"sprig_mustToRawJson", "a", encoding_json_unescaped},
	{"sprig_sha1sum", "s", encoding_sha1},
	{"sprig_sha256sum", "s", encoding_sha256},
	{"sprig_sha512sum", "s", encoding_sha512},
	{"sprig_toJson", "a", encoding_json},
	{"sprig_toPrettyJson", "a", encoding_json_pretty},
	{"sprig_toRawJson", "a", encoding_json_unescaped},
	{NULL, NULL, NULL},
};
