/* The user's own terminal. */
#ifndef FACTORY_HOST_INTERACTIVE_TERMINAL_H
#define FACTORY_HOST_INTERACTIVE_TERMINAL_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct terminal {
	struct termios before;
	bool is_kept;
};

/* Whether a person sits there: standard input and output are a terminal. */
bool terminal_is_there(void);

void terminal_size(unsigned *rows, unsigned *cols);

/* Remembers its modes for terminal_restore, which may be called at any time. */
int terminal_keep(struct terminal *terminal, struct error *err);
/* Likewise, and every key goes through as it is from then on. */
int terminal_make_raw(struct terminal *terminal, struct error *err);
void terminal_restore(struct terminal *terminal);

/* Writes all of it, waiting where fd does not take it. -1: nobody reads there any more. */
int terminal_write(int fd, const char *data, size_t len);

#endif
