#include "host/manifest/secrets.h"

#include <stdlib.h>
#include <string.h>

/* The longest secret at the begin of a text; 0: none. */
static size_t secret_at(const struct value *secrets, const char *text, size_t len)
{
	size_t longest = 0;
	for (size_t i = 0; i < secrets->list.len; i++) {
		const struct value *secret = secrets->list.items[i];
		size_t own = secret->string.len;
		if (own > longest && own <= len && memcmp(text, secret->string.data, own) == 0)
			longest = own;
	}
	return longest;
}

void secrets_hide(const struct value *secrets, const char *text, size_t len, struct buf *out)
{
	size_t shown = 0;
	for (size_t at = 0; secrets && at < len;) {
		size_t hidden = secret_at(secrets, text + at, len - at);
		if (!hidden) {
			at++;
			continue;
		}
		buf_add(out, text + shown, at - shown);
		buf_puts(out, "***");
		at += hidden;
		shown = at;
	}
	buf_add(out, text + shown, len - shown);
}

void secrets_hide_error(const struct value *secrets, struct error *err)
{
	struct buf text = {0};
	if (!secrets || !err->message)
		return;
	secrets_hide(secrets, err->message, strlen(err->message), &text);
	free(err->message);
	err->message = buf_steal(&text);
}

size_t secrets_longest(const struct value *secrets)
{
	size_t longest = 0;
	for (size_t i = 0; secrets && i < secrets->list.len; i++)
		if (secrets->list.items[i]->string.len > longest)
			longest = secrets->list.items[i]->string.len;
	return longest;
}
