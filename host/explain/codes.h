/* Every kind of error with a stable number, what it means, and what to do. */
#ifndef FACTORY_HOST_EXPLAIN_CODES_H
#define FACTORY_HOST_EXPLAIN_CODES_H

#include "common/buffer.h"
#include "common/error.h"

#include <stddef.h>

struct explanation {
	enum error_code code;
	int exit_code; /* 0: that of what it happened in */
	const char *title;
	const char *meaning; /* sentences; line ends are where they may break */
	const char *advice;
	const char *example; /* how it is seen, or what led to it; lines */
};

extern const struct explanation explanations[];
extern const size_t explanation_count;

/* The one for an error: its own, else its exit code's. Never NULL. */
const struct explanation *explain_error(const struct error *err);

/* The one that a user names: "F0301", "f301", "301"; NULL: there is none. */
const struct explanation *explain_named(const char *name);

/* The number of a problem that `factory check` finds: "unknown-key", "type"... */
enum error_code explain_problem(const char *code);

/* "FILE:LINE:COLUMN: MESSAGE [F0301]". The caller frees it. */
char *explain_text(const struct error *err);

/* One explanation as text; all of them as Markdown, for docs/errors.md. */
void explain_write(const struct explanation *explanation, struct buf *out);
void explain_write_all(struct buf *out);

#endif
