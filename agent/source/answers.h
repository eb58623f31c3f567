/* Answers as JSON: [{"kind","name","datacenter","args","value"}, ...], in what `agent render
 * -record` writes and in what agents with the same templates share. "value" is null for what is
 * missing; "index" is Consul's, where one is known. */
#ifndef FACTORY_AGENT_SOURCE_ANSWERS_H
#define FACTORY_AGENT_SOURCE_ANSWERS_H

#include "agent/source/source.h"
#include "common/buffer.h"

enum { ANSWERS_FORMAT = 1 }; /* "factory_values" of a document */

/* Appends an answer to the list; the value (NULL: missing) is not copied. */
void answers_add(struct arena *arena, struct value *answers, const struct want *want,
		 const struct value *value, uint64_t index);

/* The same list by what was wanted, for answers_find. `name` is what errors call it. NULL for an
 * entry that says not what was wanted; no list at all is an empty one. */
struct value *answers_sort(struct arena *arena, const char *name, const struct value *answers,
			   struct error *err);

/* The entry that answers this; NULL: there is none. */
const struct value *answers_find(const struct value *sorted, const struct want *want);
struct value *answers_value(const struct value *entry);   /* NULL: it is missing */
uint64_t answers_consul_index(const struct value *entry); /* 0: none */

/* A document of them. What JSON can't hold as it is (bytes that are no text) is left out: who wants
 * it asks for it. False, and a document without any, where it is longer than `most`. */
bool answers_write(struct buf *out, const struct value *answers, size_t most);
struct value *answers_read(struct arena *arena, const char *name, const char *text, size_t len,
			   struct error *err); /* sorted; NULL where it is no such document */

#endif
