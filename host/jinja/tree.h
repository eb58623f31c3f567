/* What a template is made of once it has been parsed. All in the template's arena. */
#ifndef FACTORY_HOST_JINJA_TREE_H
#define FACTORY_HOST_JINJA_TREE_H

#include "host/jinja/jinja.h"

enum expression_kind {
	EXPR_LITERAL,   /* literal */
	EXPR_NAME,      /* name */
	EXPR_LIST,      /* items */
	EXPR_TUPLE,     /* items */
	EXPR_DICT,      /* items: key, value, key, value... */
	EXPR_ATTRIBUTE, /* left.name */
	EXPR_INDEX,     /* left[right] */
	EXPR_SLICE,     /* left[items[0]:items[1]:items[2]], each may be NULL */
	EXPR_CALL,      /* left(arguments) */
	EXPR_FILTER,    /* left|name(arguments); left NULL: what a filter block captured */
	EXPR_TEST,      /* left is name(arguments) */
	EXPR_UNARY,     /* name: "not", "-", "+" */
	EXPR_BINARY,    /* name: "+", "and", "~"... */
	EXPR_COMPARE,   /* left, then items with their operator as `name`, each in `left` */
	EXPR_CONDITION, /* left if right else items[0] (may be NULL) */
};

struct expression;
struct argument {
	const char *keyword; /* NULL: by position */
	struct expression *value;
	char star; /* '*' a list, '2' a dict (**), '\0' neither */
};

struct expression {
	enum expression_kind kind;
	unsigned line, column;
	unsigned height; /* of the tree below, as deep as evaluating it goes */
	const char *name;
	struct value *literal;
	struct expression *left, *right;
	struct expression **items;
	size_t count;
	struct argument *arguments;
	size_t argument_count;
};

enum statement_kind {
	STMT_TEXT,    /* text */
	STMT_PRINT,   /* value */
	STMT_IF,      /* value, body, otherwise */
	STMT_FOR,     /* target, value, filter, body, otherwise */
	STMT_SET,     /* target, value */
	STMT_CAPTURE, /* target, filter (may be NULL), body: a block set */
	STMT_MACRO,   /* name, parameters, body */
	STMT_CALL,    /* value (a call), parameters, body */
	STMT_FILTER,  /* value (filters over a NULL), body */
	STMT_WITH,    /* parameters, body */
	STMT_DO,      /* value */
	STMT_BREAK,
	STMT_CONTINUE,
	STMT_INCLUDE, /* value, ignore_missing, with_context */
	STMT_IMPORT,  /* value, name, with_context */
	STMT_FROM,    /* value, parameters (fallback: the name there), with_context */
	STMT_EXTENDS, /* value */
	STMT_BLOCK,   /* name, body, scoped, required */
};

struct parameter {
	const char *name;
	struct expression *fallback; /* NULL: none */
};

struct statements {
	struct statement **items;
	size_t count, cap;
};

struct statement {
	enum statement_kind kind;
	unsigned line, column;
	const char *name, *text;
	size_t text_len;
	struct expression *value, *target, *filter;
	bool recursive, ignore_missing, with_context, scoped, required;
	struct statement *next_block; /* of the template's blocks */
	struct parameter *parameters;
	size_t parameter_count;
	struct statements body, otherwise;
};

struct jinja_template {
	const char *name;
	struct statements body;
	struct statement *blocks; /* by next_block */
	struct loader *loader;
	bool extends;
};

/* Does a body read this name before it sets it? (locate.c) */
bool statements_use(const struct statements *statements, const char *name);

#endif
