#include "host/container/trail.h"

#include "common/json.h"
#include "host/manifest/secrets.h"
#include "host/moment.h"

#include <string.h>

enum { LONGEST_LABEL = 120, LONGEST_TRAIL = 200000 };

static void add_text(struct buf *trail, const char *key, const char *text, size_t len)
{
	buf_printf(trail, "\"%s\":", key);
	json_write_string(trail, text, len);
}

/* A cut must not halve a secret: what is hidden is hidden first. */
void trail_add(struct buf *trail, const struct node *node, bool cached, uint64_t us,
	       const struct value *hidden)
{
	auto_buf struct buf label = {0};
	if (trail->len > LONGEST_TRAIL)
		return;
	secrets_hide(hidden, node->label, strlen(node->label), &label);
	buf_puts(trail, trail->len ? ",{" : "{");
	add_text(trail, "id", node->id, strlen(node->id));
	buf_puts(trail, ",");
	add_text(trail, "label", buf_text(&label),
		 label.len < LONGEST_LABEL ? label.len : LONGEST_LABEL);
	if (cached)
		buf_puts(trail, ",\"cached\":true");
	else if (!moment_given())
		buf_printf(trail, ",\"ms\":%.1f", (double)us / 1000);
	buf_puts(trail, "}");
}

void trail_append(struct buf *trail, const struct buf *more)
{
	if (trail->len > LONGEST_TRAIL || !more->len)
		return;
	buf_puts(trail, trail->len ? "," : "");
	buf_add(trail, more->data, more->len);
}
