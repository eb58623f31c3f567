/* Consul's reply to a query for keys: [{"Key":"a/b","Value":"base64" or null, ...}, ...]. Read in
 * place instead of by common/json.h, and its values become what they stand for where they are: paths
 * and values are parts of the reply, and need no memory of their own. */
#ifndef FACTORY_COMMON_CONSUL_KEYS_H
#define FACTORY_COMMON_CONSUL_KEYS_H

#include "common/value.h"

struct consul_keys {
	char *at;            /* the reply's text, which is written over; it ends with a NUL at `end` */
	const char *end;
	struct arena *arena; /* of what doesn't fit there */
	bool started;
};

struct consul_key {
	const char *path;
	char *base64; /* NULL for an empty value */
	size_t base64_len;
};

/* 1 and the next key, 0 at the end, -1 where the text is no such reply. */
int consul_keys_next(struct consul_keys *keys, struct consul_key *key);

/* What the base64 (RFC 4648, padded) of a key stands for, which takes its place; NULL where it is
 * broken. */
struct value *consul_key_value(struct arena *arena, const struct consul_key *key);

#endif
