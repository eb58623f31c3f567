/* What was done at the prompt, as changes of the manifest's text: the list `install`. Everything
 * else, comments and order too, stays byte for byte. */
#ifndef FACTORY_HOST_INTERACTIVE_SAVE_H
#define FACTORY_HOST_INTERACTIVE_SAVE_H

#include "common/buffer.h"
#include "host/manifest/manifest.h"

enum save_kind {
	SAVE_ADDED,    /* a new step before the item (behind the last one: their count) */
	SAVE_COMMAND,  /* the item's command is another one */
	SAVE_LEFT_OUT, /* the item becomes a comment */
};

struct save_change {
	enum save_kind kind;
	size_t item;
	const char *command;
};

/* Appends to `out` the text of the manifest with these changes, which are in the order of their
 * items, what is added before an item ahead of its own change. `manifest` is what was read from the
 * text: its steps say where their items must be. Refuses, with the reason, a list that is not
 * written out: made by Jinja2, included, on one line. */
int save_changes(const char *text, size_t len, const struct manifest *manifest,
		 const struct save_change *changes, size_t count, struct buf *out,
		 struct error *err);

#endif
