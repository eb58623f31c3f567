/* What the parser makes of a template (https://pkg.go.dev/text/template/parse), all in one arena.
 */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_TREE_H
#define FACTORY_AGENT_RENDER_TEMPLATE_TREE_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

enum node_kind {
	NODE_LIST,
	NODE_TEXT,
	NODE_ACTION,
	NODE_IF,
	NODE_RANGE,
	NODE_WITH,
	NODE_TEMPLATE,
	NODE_BREAK,
	NODE_CONTINUE,
	NODE_ELSE, /* only the parser's: what ended a list */
	NODE_END,
	NODE_PIPE,
	NODE_COMMAND,
	NODE_FIELD,
	NODE_CHAIN,
	NODE_VARIABLE,
	NODE_IDENTIFIER,
	NODE_DOT,
	NODE_NIL,
	NODE_BOOL,
	NODE_NUMBER,
	NODE_STRING,
};

struct nodes {
	struct node **items;
	size_t len, cap;
};

/* The name of a field or a variable, without its dot. */
struct word {
	const char *text; /* NUL-terminated */
	size_t len;
};

/* A number literal is as many kinds of number as it can be without loss. */
struct number {
	bool is_int, is_uint, is_float, is_complex;
	int64_t integer;
	uint64_t natural;
	double real, imaginary;
};

struct node {
	enum node_kind kind;
	size_t pos;       /* bytes from the template's begin */
	const char *text; /* text; an identifier, template's name, literal as written */
	size_t len;
	struct nodes items;    /* a list's, a pipe's commands, a command's words */
	struct nodes declared; /* a pipe's variables */
	bool assigns;          /* a pipe with = instead of := */
	struct word *words;    /* a field's, chain's or variable's names */
	size_t word_count;
	struct node *pipe; /* of an action, a control or a template; or a chain's head */
	struct node *list, *else_list; /* of a control */
	struct value *value;           /* of a string or a bool */
	struct number *number;
};

struct template
{
	const char *name;
	struct node *root; /* a list */
	struct template *next;
};

/* All templates of one text: itself and those it defines. */
struct template_set {
	const char *name; /* of the whole text, for positions */
	const char *text;
	size_t len;
	struct template *first;
};

/* function_exists tells the parser which names are functions. The set and all in it live in
 * `arena`; the text must live as long. Errors read as Go's and have a position. */
struct template_parser_options {
	const char *left, *right; /* NULL: {{ and }} */
	bool (*function_exists)(const char *name, size_t len);
};
struct template_set *template_parse(struct arena *arena, const char *name, const char *text,
				    size_t len, const struct template_parser_options *options,
				    struct error *err);

struct template *template_find(const struct template_set *set, const char *name);

/* Appends the source form of an expression, an action or a template call. */
void node_text(struct buf *out, const struct node *node);

/* Line and column of a position: the column in bytes from 0 as Go counts, and in characters from 1
 * as we do. */
struct text_position {
	unsigned line, byte, column;
};
struct text_position text_position(const char *text, size_t pos);

#endif
