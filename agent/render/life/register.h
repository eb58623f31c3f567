/* Facts as keys of Consul: which differ, and the transaction that changes them. */
#ifndef FACTORY_AGENT_RENDER_LIFE_REGISTER_H
#define FACTORY_AGENT_RENDER_LIFE_REGISTER_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

enum { REGISTER_BATCH = 64 }; /* operations of a transaction, by Consul's limit */

/* What must be set (a text) or removed (null), by path: `facts` maps paths to texts, `keys` is
 * consul_answer's "tree" of what is there below the prefix. Removed are only keys that the patterns
 * fit: others below the prefix are somebody else's. */
struct value *register_changes(struct arena *arena, const struct value *facts,
			       const struct value *keys, const char *const *patterns);

/* Appends the body of PUT /v1/txn for REGISTER_BATCH changes at most, from `first` on; returns how
 * many they are. */
size_t register_body(struct buf *body, const char *prefix, const struct value *changes,
		     size_t first);

/* The error that a transaction's answer with status 409 tells about. Returns -1. */
int register_refused(struct arena *arena, const char *server, const char *prefix,
		     const struct buf *answer, struct error *err);

#endif
