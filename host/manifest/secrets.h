/* Texts that nobody may see: in what a person is shown they become "***". */
#ifndef FACTORY_HOST_MANIFEST_SECRETS_H
#define FACTORY_HOST_MANIFEST_SECRETS_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

/* `secrets` is a list of texts, or NULL. */

/* Appends the text without them. */
void secrets_hide(const struct value *secrets, const char *text, size_t len, struct buf *out);
void secrets_hide_error(const struct value *secrets, struct error *err);

/* The length of the longest: of a text that goes on, so many bytes less one may be the begin of a
 * secret. */
size_t secrets_longest(const struct value *secrets);

#endif
