/* A text in the user's own editor: $VISUAL, else $EDITOR, else vi. */
#ifndef FACTORY_HOST_INTERACTIVE_EDITOR_H
#define FACTORY_HOST_INTERACTIVE_EDITOR_H

#include "common/error.h"
#include "common/loop.h"

struct editor;

/* Once: what the text is now, without the newline that editors put behind the last line. NULL: it
 * stays as it was, and err says why. The editor may be freed in it. */
typedef void editor_done(void *ctx, const char *text, struct error *err);

/* Starts it on a file that nobody else may read, which goes with the editor. It has the terminal,
 * and its keys, until it is done; the loop turns. NULL: it can't be started. */
struct editor *editor_begin(struct loop *loop, const char *text, editor_done *done, void *ctx,
			    struct error *err);

/* Ends it where it runs, and gives the terminal back. NULL: nothing happens. */
void editor_free(struct editor *editor);

#endif
