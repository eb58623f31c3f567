#include "agent/render/functions/sprig.h"

#include "common/memory.h"
#include "common/own.h"

#include <mbedtls/aes.h>
#include <mbedtls/base64.h>
#include <string.h>
#include <sys/random.h>

/* AES-256 in blocks that depend on those before them (CBC), with a random first one in front; the
 * key is cut or filled up with zeros. Go's text comes as base64. */
enum { BLOCK = 16, KEY = 32 };

static void use_key(const struct call *call, mbedtls_aes_context *aes, bool encrypt)
{
	unsigned char key[KEY] = {0};
	size_t len = call_len(call, 0);
	memcpy(key, call_text(call, 0), len < KEY ? len : KEY);
	mbedtls_aes_init(aes);
	if (encrypt)
		mbedtls_aes_setkey_enc(aes, key, 8 * KEY);
	else
		mbedtls_aes_setkey_dec(aes, key, 8 * KEY);
}

static void mix(unsigned char *to, const unsigned char *with)
{
	for (size_t i = 0; i < BLOCK; i++)
		to[i] ^= with[i];
}

static struct value *crypto_encrypt(struct call *call, struct error *err)
{
	mbedtls_aes_context aes;
	size_t len = call_len(call, 1), filling = BLOCK - len % BLOCK, whole = len + filling;
	if (!len) /* as Go has it */
		return call->args[1];
	autofree unsigned char *text = mem_alloc(BLOCK + whole);
	if (getrandom(text, BLOCK, 0) != BLOCK) {
		error_errno(err, "random numbers of the kernel");
		return NULL;
	}
	memcpy(text + BLOCK, call_text(call, 1), len);
	memset(text + BLOCK + len, (int)filling, filling);
	use_key(call, &aes, true);
	for (size_t at = BLOCK; at < BLOCK + whole; at += BLOCK) {
		mix(text + at, text + at - BLOCK);
		mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_ENCRYPT, text + at, text + at);
	}
	mbedtls_aes_free(&aes);
	size_t room = (BLOCK + whole + 2) / 3 * 4 + 1, used = 0;
	autofree char *out = mem_alloc(room);
	mbedtls_base64_encode((unsigned char *)out, room, &used, text, BLOCK + whole);
	return value_stringn(call->arena, out, used);
}

/* Backwards, since each block needs the one before as it came. */
static struct value *decrypted(const struct call *call, unsigned char *text, size_t len,
			       struct error *err)
{
	mbedtls_aes_context aes;
	use_key(call, &aes, false);
	for (size_t at = len - BLOCK; at; at -= BLOCK) {
		mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_DECRYPT, text + at, text + at);
		mix(text + at, text + at - BLOCK);
	}
	mbedtls_aes_free(&aes);
	size_t filling = text[len - 1];
	if (filling < 1 || filling > BLOCK)
		return sprig_fail(err, "the text was not encrypted with this key");
	return value_stringn(call->arena, (const char *)text + BLOCK, len - BLOCK - filling);
}

static struct value *crypto_decrypt(struct call *call, struct error *err)
{
	size_t len = 0, room = call_len(call, 1) + 1;
	if (room == 1)
		return call->args[1];
	autofree unsigned char *text = mem_alloc(room);
	if (mbedtls_base64_decode(text, room, &len, (const unsigned char *)call_text(call, 1),
				  call_len(call, 1)) != 0)
		return sprig_fail(err, "the encrypted text is no base64");
	if (len < (size_t)2 * BLOCK || len % BLOCK)
		return sprig_fail(err, "the encrypted text is no number of whole blocks");
	return decrypted(call, text, len, err);
}

const struct function functions_sprig_crypto[] = {
	{"sprig_decryptAES", "ss", crypto_decrypt},
	{"sprig_encryptAES", "ss", crypto_encrypt},
	{NULL, NULL, NULL},
};
