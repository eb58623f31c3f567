/* What the word before the cursor could become. */
#ifndef FACTORY_HOST_INTERACTIVE_CHOICES_H
#define FACTORY_HOST_INTERACTIVE_CHOICES_H

#include "common/buffer.h"
#include "common/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct choices {
	struct arena arena;
	char *stem; /* what is there of the word */
	char **words;
	size_t count, cap;
};

/* Begins again, for another stem. */
void choices_begin(struct choices *choices, const char *stem, size_t len);

/* Takes the word where it goes on the stem; what has other than letters that can be shown is left
 * out. */
void choices_add(struct choices *choices, const char *word);

/* How many bytes behind the stem all of them have in common; they are in *more. */
size_t choices_common(const struct choices *choices, const char **more);

/* Appends them in lines of at most `columns`, without the last line's end; of paths their last
 * part. */
void choices_show(const struct choices *choices, unsigned columns, struct buf *out);

void choices_free(struct choices *choices);

#endif
