/* SHA-256 (FIPS 180-4): in the driver by OpenSSL, which knows the processor's own instructions for
 * it, in the agent by mbedTLS, which is small. */
#ifndef FACTORY_COMMON_HASH_H
#define FACTORY_COMMON_HASH_H

#include "common/error.h"
#include "common/own.h"

#include <stdbool.h>
#include <stddef.h>

enum { HASH_SIZE = 32, HASH_HEX = 65 }; /* bytes; 64 digits and a NUL */

/* Digest of one piece, in lower-case hexadecimal. */
void hash_hex(const void *data, size_t len, char hex[HASH_HEX]);

/* A digest's bytes in hexadecimal. */
void hash_encode(const unsigned char digest[HASH_SIZE], char hex[HASH_HEX]);

/* Whether a text (or NULL) is such a digest and nothing else. */
bool hash_is_hex(const char *text);

/* Digest of several pieces. hash_finish releases what hash_new made. */
struct hash;
struct hash *hash_new(void);
void hash_add(struct hash *hash, const void *data, size_t len);
/* Adds a string and its length first, so that neighbours can't be confused. NULL counts as a
 * string unlike any other. */
void hash_add_text(struct hash *hash, const char *text);
void hash_finish(struct hash *hash, char hex[HASH_HEX]);
void hash_free(struct hash *hash); /* unfinished; NULL is fine */
OWNED_BY(struct hash, hash_free)
#define auto_hash __attribute__((cleanup(own_hash_free)))

/* Digest of a file's bytes. */
int hash_file(const char *path, char hex[HASH_HEX], struct error *err);

#endif
