/* Consul's reply to a query for keys: [{"Key":"a/b","Value":"base64" or null, ...}, ...]. Read in
 * place instead of by common/json.h: 10 MB of values then cost a third of the memory and a fifth
 * of the time. */
#ifndef FACTORY_COMMON_CONSUL_KEYS_H
#define FACTORY_COMMON_CONSUL_KEYS_H

#include "common/value.h"

struct consul_keys {
	const char *at, *end; /* the reply's text; the caller's */
	struct arena *arena;  /* of what is decoded */
	bool started;
};

struct consul_key {
	const char *path;   /* in the arena */
	const char *base64; /* in the reply; NULL for an empty value */
	size_t base64_len;
};

/* 1 and the next key, 0 at the end, -1 where the text is no such reply. */
int consul_keys_next(struct consul_keys *keys, struct consul_key *key);

/* What the base64 (RFC 4648, padded) of a key stands for; NULL where it is broken. */
struct value *consul_key_value(struct arena *arena, const struct consul_key *key);

#endif
