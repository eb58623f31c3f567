/* Texts that nobody may see: in what a person is shown they become "***". */
#ifndef FACTORY_HOST_MANIFEST_SECRETS_H
#define FACTORY_HOST_MANIFEST_SECRETS_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

/* Output is shown line by line: of a text of several lines each is a secret. A word that is short
 * stands everywhere, and hiding it would hide all. */
enum { SECRETS_SHORTEST = 3 };

/* Adds the text's lines, without the white space around them, to the list: those that are long
 * enough. The list is to be sorted afterwards. */
void secrets_add(struct arena *arena, struct value *secrets, const char *text, size_t len);

/* Puts them in order, each once. */
void secrets_sort(struct value *secrets);

/* Below, `secrets` is such a list, sorted, or NULL. */

/* Appends the text without them. */
void secrets_hide(const struct value *secrets, const char *text, size_t len, struct buf *out);
void secrets_hide_error(const struct value *secrets, struct error *err);
/* A copy whose strings are without them. */
struct value *secrets_hide_value(const struct value *secrets, struct arena *arena,
				 const struct value *value);

/* The length of the longest: of a text that goes on, so many bytes less one may be the begin of a
 * secret. */
size_t secrets_longest(const struct value *secrets);

#endif
