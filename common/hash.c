#include "common/hash.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdint.h>
#include <string.h>

/* The agent is the program without glibc. None of these functions can fail: their result is for
 * hardware drivers. OpenSSL's newer interface takes longer to begin than our short texts to hash.
 */
#ifdef __GLIBC__
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

typedef SHA256_CTX sha256;

static void sha256_begin(sha256 *sha)
{
	SHA256_Init(sha);
}

static void sha256_add(sha256 *sha, const void *data, size_t len)
{
	SHA256_Update(sha, data, len);
}

static void sha256_end(sha256 *sha, unsigned char digest[HASH_SIZE])
{
	SHA256_Final(digest, sha);
}
#else
#include <mbedtls/sha256.h>

typedef mbedtls_sha256_context sha256;

static void sha256_begin(sha256 *sha)
{
	mbedtls_sha256_init(sha);
	mbedtls_sha256_starts_ret(sha, 0);
}

static void sha256_add(sha256 *sha, const void *data, size_t len)
{
	mbedtls_sha256_update_ret(sha, data, len);
}

static void sha256_end(sha256 *sha, unsigned char digest[HASH_SIZE])
{
	mbedtls_sha256_finish_ret(sha, digest);
}
#endif

struct hash {
	sha256 sha;
};

enum { CHUNK = 65536 };

static const char digits[] = "0123456789abcdef";

struct hash *hash_new(void)
{
	struct hash *hash = mem_alloc(sizeof *hash);
	sha256_begin(&hash->sha);
	return hash;
}

void hash_add(struct hash *hash, const void *data, size_t len)
{
	sha256_add(&hash->sha, data, len);
}

void hash_add_text(struct hash *hash, const char *text)
{
	uint64_t len = text ? strlen(text) : UINT64_MAX;
	hash_add(hash, &len, sizeof len);
	if (text)
		hash_add(hash, text, (size_t)len);
}

void hash_encode(const unsigned char digest[HASH_SIZE], char hex[HASH_HEX])
{
	for (size_t i = 0; i < HASH_SIZE; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[HASH_HEX - 1] = '\0';
}

bool hash_is_hex(const char *text)
{
	return text && strlen(text) == HASH_HEX - 1 && strspn(text, digits) == HASH_HEX - 1;
}

void hash_free(struct hash *hash)
{
	free(hash);
}

void hash_finish(struct hash *hash, char hex[HASH_HEX])
{
	unsigned char digest[HASH_SIZE];
	sha256_end(&hash->sha, digest);
	hash_free(hash);
	hash_encode(digest, hex);
}

void hash_hex(const void *data, size_t len, char hex[HASH_HEX])
{
	auto_hash struct hash *hash = hash_new();
	hash_add(hash, data, len);
	hash_finish(STEAL(hash), hex);
}

int hash_file(const char *path, char hex[HASH_HEX], struct error *err)
{
	autofclose FILE *file = fopen(path, "rbe");
	if (!file)
		return error_errno(err, "can't open %s", path);
	autofree char *chunk = mem_alloc(CHUNK);
	auto_hash struct hash *hash = hash_new();
	size_t got;
	while ((got = fread(chunk, 1, CHUNK, file)) > 0)
		hash_add(hash, chunk, got);
	hash_finish(STEAL(hash), hex);
	return ferror(file) ? error_errno(err, "can't read %s", path) : 0;
}
