/* Answers what templates want to know from outside: from the manifest's keys, a file's, or Consul;
 * and checks later whether the answers are still the same. */
#ifndef FACTORY_HOST_CONTAINER_VALUES_H
#define FACTORY_HOST_CONTAINER_VALUES_H

#include "common/consul.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/http.h"
#include "common/loop.h"
#include "common/value.h"

struct values;

/* kv: a flat map (common/kv.h) or NULL; consul: where Consul is, or NULL. With both, keys come
 * from Consul first and from kv where Consul has none. Both stay the caller's. */
struct values *values_new(struct loop *loop, const struct value *kv,
			  const struct consul_target *consul, struct error *err);
void values_free(struct values *values);

/* The manifest's keys and those given on the command line, which win: a flat map in the arena, or
 * NULL. Either may be NULL. */
const struct value *values_keys(struct arena *arena, const struct value *own,
				const struct value *given);

/* What a question comes to, once, on the loop or at once: found NULL and err NULL: missing. */
typedef void values_answer(void *ctx, const struct value *found, struct error *err);

/* Asks; `want` is a WANT's payload. Returns the question as long as it is open (values_cancel ends
 * it without an answer), or NULL where the answer was given at once. */
struct question;
struct question *values_ask(struct values *values, const struct value *want, values_answer *answer,
			    void *ctx);
void values_cancel(struct question *question); /* NULL is fine */

/* Appends to a list in `arena` those of `reads` (kind, name, datacenter, args, hash) that do not
 * have their hash any more. Blocks; an unreachable Consul is an error. Kinds that only the target
 * knows (fact, env, file) count as unchanged: they can't change without the node's key. */
int values_changed(struct values *values, const struct value *reads, struct arena *arena,
		   struct value *changed, struct error *err);

/* The digest of what a want (its other members don't matter) comes to now; "" for a missing value.
 * Blocks. */
int values_digest(struct values *values, const struct value *want, char hex[HASH_HEX],
		  struct error *err);

/* Whether only the target knows values of this kind. */
bool values_only_in_target(const char *kind);

#endif
