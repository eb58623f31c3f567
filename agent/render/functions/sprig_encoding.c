#include "agent/render/functions/sprig.h"

#include <string.h>

/* Base 32 and 64 by bits a character. */
struct code {
	const char *alphabet, *name;
	unsigned bits;
	size_t group; /* characters that make whole bytes */
};

static const struct code base32 = {"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "base32", 5, 8};
static const struct code base64 = {
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "base64", 6, 4};

static struct value *encoding_b32enc(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	unsigned held = 0, bits = 0;
	for (size_t i = 0; i < call_len(call, 0); i++) {
		held = (held << 8 | (unsigned char)call_text(call, 0)[i]) & 0xFFFF;
		for (bits += 8; bits >= 5; bits -= 5)
			buf_putc(&out, base32.alphabet[held >> (bits - 5) & 31]);
	}
	if (bits)
		buf_putc(&out, base32.alphabet[held << (5 - bits) & 31]);
	while (out.len % 8)
		buf_putc(&out, '=');
	return sprig_text(call, &out, err);
}

/* How many bytes a last group of so many characters holds; -1: there is no such group. */
static int last_bytes(const struct code *code, size_t characters)
{
	size_t bits = characters * code->bits;
	return bits % 8 < code->bits ? (int)(bits / 8) : -1;
}

struct decoding {
	const struct code *code;
	const char *text;
	size_t len, at, wrong;
};

/* The next character that counts: its value, -1 for "=", -2 for another, -3 at the end. */
static int next_digit(struct decoding *in)
{
	while (in->at < in->len && (in->text[in->at] == '\n' || in->text[in->at] == '\r'))
		in->at++;
	if (in->at >= in->len)
		return -3;
	char c = in->text[in->at++];
	const char *found = c ? strchr(in->code->alphabet, c) : NULL;
	return c == '=' ? -1 : found ? (int)(found - in->code->alphabet) : -2;
}

static bool is_padded(struct decoding *in, size_t digits)
{
	if (last_bytes(in->code, digits) < 0 || digits == 0)
		return false;
	for (size_t i = digits + 1; i < in->code->group; i++) {
		int digit = next_digit(in);
		in->wrong = digit == -3 ? in->len : in->at - 2;
		if (digit != -1)
			return false;
	}
	in->wrong = in->at;
	return next_digit(in) == -3;
}

/* One group; 1: another may follow, 0: it was the last one, -1: it is wrong at in->wrong. */
static int decode_group(struct decoding *in, struct buf *out)
{
	uint64_t held = 0;
	size_t digits = 0, begin = in->at;
	int digit = 0;
	while (digits < in->code->group && (digit = next_digit(in)) >= 0) {
		held = held << in->code->bits | (unsigned)digit;
		digits++;
	}
	if (digit == -3 && digits == 0)
		return 0;
	in->wrong = digit == -3 ? begin : in->at - 1;
	bool whole = digits == in->code->group;
	if (!whole && (digit != -1 || !is_padded(in, digits)))
		return -1;
	int bytes = last_bytes(in->code, digits);
	unsigned spare = (unsigned)(digits * in->code->bits) - 8 * (unsigned)bytes;
	for (int i = bytes - 1; i >= 0; i--)
		buf_putc(out, (char)(held >> (spare + 8 * (unsigned)i)));
	return whole;
}

/* The error's text is the result, as sprig has it. */
static struct value *decoded(struct call *call, const struct code *code)
{
	auto_buf struct buf out = {0};
	struct decoding in = {code, call_text(call, 0), call_len(call, 0), 0, 0};
	int more;
	while ((more = decode_group(&in, &out)) > 0)
		;
	if (more < 0) {
		buf_clear(&out);
		buf_printf(&out, "illegal %s data at input byte %zu", code->name, in.wrong);
	}
	return call_string(call, &out);
}

static struct value *encoding_b32dec(struct call *call, struct error *err)
{
	(void)err;
	return decoded(call, &base32);
}

static struct value *encoding_b64dec(struct call *call, struct error *err)
{
	(void)err;
	return decoded(call, &base64);
}

static struct value *encoding_adler32(struct call *call, struct error *err)
{
	(void)err;
	auto_buf struct buf out = {0};
	uint32_t low = 1, high = 0;
	for (size_t i = 0; i < call_len(call, 0); i++) {
		low = (low + (unsigned char)call_text(call, 0)[i]) % 65521;
		high = (high + low) % 65521;
	}
	buf_printf(&out, "%u", high << 16 | low);
	return call_string(call, &out);
}

const struct function functions_sprig_encoding[] = {
	{"sprig_adler32sum", "s", encoding_adler32},
	{"sprig_b32dec", "s", encoding_b32dec},
	{"sprig_b32enc", "s", encoding_b32enc},
	{"sprig_b64dec", "s", encoding_b64dec},
	{NULL, NULL, NULL},
};
