/* Template text to tokens. White-space control, comments and raw blocks end here: the parser sees
 * only text, expressions and statements. */
#ifndef FACTORY_HOST_JINJA_LEXER_H
#define FACTORY_HOST_JINJA_LEXER_H

#include "host/jinja/jinja.h"

enum token_kind {
	TOKEN_END,
	TOKEN_TEXT,
	TOKEN_PRINT_BEGIN, /* {{ */
	TOKEN_PRINT_END,
	TOKEN_BLOCK_BEGIN, /* {% */
	TOKEN_BLOCK_END,
	TOKEN_NAME,
	TOKEN_STRING,
	TOKEN_INTEGER,
	TOKEN_FLOAT,
	TOKEN_OPERATOR,
};

struct token {
	enum token_kind kind;
	unsigned line, column;
	const char *text; /* NUL-terminated; of a string: what it stands for */
	size_t len;
};

struct tokens {
	struct token *items; /* ends with TOKEN_END */
	size_t count, cap;
};

/* -1 with the position of what can't be read. Everything is in `arena`. */
int jinja_lex(struct arena *arena, const char *name, const char *text, size_t len,
	      const struct jinja_options *options, struct tokens *tokens, struct error *err);

/* --- escapes.c --- */
void jinja_add_utf8(struct buf *out, unsigned code);
/* One of Python's escapes; an unknown one keeps its backslash. How much was read behind the \. */
size_t jinja_add_escape(struct buf *out, const char *at, const char *end);

#endif
