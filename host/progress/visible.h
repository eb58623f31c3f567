/* Text as a terminal may get it, UTF-8 in any locale. */
#ifndef FACTORY_HOST_PROGRESS_VISIBLE_H
#define FACTORY_HOST_PROGRESS_VISIBLE_H

#include "common/buffer.h"

/* Appends a line's text without what moves the cursor or changes the terminal: escape sequences,
 * control characters, marks that turn the direction of writing. After a carriage return the line
 * begins anew, as it would on the screen; a tab becomes blanks; bytes that are no UTF-8 become
 * U+FFFD. */
void visible_add(struct buf *out, const char *text, size_t len);

/* Appends as much of a visible text as fits into so many columns, an ellipsis for the rest. Returns
 * the columns it takes. */
unsigned visible_fit(struct buf *out, const char *text, unsigned columns);

#endif
