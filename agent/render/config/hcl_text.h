/* What the HCL reader stands on: the place in the text, and the two kinds of strings. */
#ifndef FACTORY_AGENT_RENDER_HCL_TEXT_H
#define FACTORY_AGENT_RENDER_HCL_TEXT_H

#include "common/error.h"
#include "common/value.h"

struct hcl {
	struct arena *arena;
	const char *name;
	const char *at, *end;
	unsigned line, column, depth;
	struct error *err;
};

/* Both return -1. "expected X, found Y" for the second. */
int hcl_fail(struct hcl *hcl, unsigned line, unsigned column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
int hcl_fail_here(struct hcl *hcl, const char *expected);

char hcl_peek(const struct hcl *hcl); /* NUL at the end */
bool hcl_looking_at(const struct hcl *hcl, const char *text);
void hcl_advance(struct hcl *hcl, size_t count);

/* White space and comments. -1 for a comment that does not end. */
int hcl_skip_blank(struct hcl *hcl);

struct value *hcl_placed(struct value *value, unsigned line, unsigned column);

/* At a quote, at "<<". NULL on failure. */
struct value *hcl_string(struct hcl *hcl);
struct value *hcl_heredoc(struct hcl *hcl);

#endif
