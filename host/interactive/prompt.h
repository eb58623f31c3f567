/* Asks a person for lines, or a program that stands in for one: on a terminal with editing and a
 * history that is kept, else from standard input as it comes. Lives in the loop: it never blocks
 * for longer than a key's bytes take. */
#ifndef FACTORY_HOST_INTERACTIVE_PROMPT_H
#define FACTORY_HOST_INTERACTIVE_PROMPT_H

#include "common/error.h"
#include "common/loop.h"

#include <stdbool.h>

struct prompt;

/* The history is $XDG_STATE_HOME/factory/history; without one it goes as well. */
struct prompt *prompt_new(struct loop *loop);
void prompt_free(struct prompt *prompt);

/* Whether somebody sits at a terminal there. */
bool prompt_has_terminal(const struct prompt *prompt);

/* line: without its end; NULL: there are no more. One that ends with a backslash goes on in the
 * next: both are in it, as a shell reads them. */
typedef void prompt_answered(void *ctx, const char *line);

/* Asks for one line, called `text`. filled: what stands there already, or NULL. */
void prompt_ask(struct prompt *prompt, const char *text, const char *filled,
		prompt_answered *answered, void *ctx);

/* Tab was pressed behind `line`, up to the cursor. No key counts until prompt_complete is called,
 * be it from within. */
typedef void prompt_tabbed(void *ctx, const char *line);

/* Who is told of Tab while a line is asked for that is not filled and goes on no other. */
void prompt_on_tab(struct prompt *prompt, prompt_tabbed *tabbed, void *ctx);
/* Inserts `more`, and prints `shown` (or NULL) above the line. */
void prompt_complete(struct prompt *prompt, const char *more, const char *shown);

bool prompt_is_asking(const struct prompt *prompt);

/* Asks no more, and gives the terminal back; again: nothing happens. */
void prompt_leave(struct prompt *prompt);

#endif
