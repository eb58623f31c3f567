/* The lexer of Go's text/template (https://pkg.go.dev/text/template): text and actions to tokens,
 * one at a time. */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_LEXER_H
#define FACTORY_AGENT_RENDER_TEMPLATE_LEXER_H

#include "common/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
	TOKEN_ERROR, /* text is the message */
	TOKEN_EOF,
	TOKEN_TEXT,
	TOKEN_LEFT_DELIM,
	TOKEN_RIGHT_DELIM,
	TOKEN_SPACE,
	TOKEN_ASSIGN,
	TOKEN_DECLARE,
	TOKEN_PIPE,
	TOKEN_CHAR, /* a printable character with no meaning but "," */
	TOKEN_LEFT_PAREN,
	TOKEN_RIGHT_PAREN,
	TOKEN_BOOL,
	TOKEN_CHAR_CONSTANT,
	TOKEN_COMPLEX,
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_RAW_STRING,
	TOKEN_FIELD,
	TOKEN_IDENTIFIER,
	TOKEN_VARIABLE,
	TOKEN_KEYWORDS, /* what follows is a keyword; Go shows these as <name> */
	TOKEN_BLOCK,
	TOKEN_BREAK,
	TOKEN_CONTINUE,
	TOKEN_DEFINE,
	TOKEN_DOT,
	TOKEN_ELSE,
	TOKEN_END,
	TOKEN_IF,
	TOKEN_NIL,
	TOKEN_RANGE,
	TOKEN_TEMPLATE,
	TOKEN_WITH,
};

struct token {
	enum token_kind kind;
	const char *text; /* in the template or the arena; not NUL-terminated */
	size_t len;
	size_t pos; /* bytes from the template's begin */
	unsigned line;
};

struct lexer {
	struct arena *arena;
	const char *text, *left, *right; /* NUL-terminated; the text may hold NULs */
	size_t len, left_len, right_len;
	size_t pos, start;
	size_t counted; /* up to where `line` is right */
	unsigned line, parens;
	bool in_action, done;
};

void lexer_start(struct lexer *lexer, struct arena *arena, const char *text, size_t len,
		 const char *left, const char *right);

/* After an error or the end it gives the end for ever. */
struct token lexer_next(struct lexer *lexer);

/* The number at the lexer's position, up to pos: false for a malformed one. */
bool lexer_scan_number(struct lexer *lexer);

#endif
