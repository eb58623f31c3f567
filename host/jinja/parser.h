/* Tokens to a tree: what the two halves of the parser share. */
#ifndef FACTORY_HOST_JINJA_PARSER_H
#define FACTORY_HOST_JINJA_PARSER_H

#include "host/jinja/lexer.h"
#include "host/jinja/tree.h"

struct parser {
	struct arena *arena;
	const char *name;
	const struct token *token; /* the current one */
	unsigned depth;            /* of nesting, bounded */
	struct jinja_template *tmpl;
	struct error *err;
};

/* A statement whose end is looked for. */
struct opened {
	const char *word;
	unsigned line;
};

/* Is the current token this operator or word? */
bool parser_is(const struct parser *parser, const char *text);
/* The same, and goes on behind it. */
bool parser_skip(struct parser *parser, const char *text);
/* Is it that name? */
bool token_is_word(const struct token *token, const char *text);
bool parser_is_reserved(const char *word);
/* -1 with "expected 'x', found 'y'". */
int parser_expect(struct parser *parser, const char *text);
int parser_refuse(struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *parser_found(const struct parser *parser); /* the current token, for messages */
/* A name that is no reserved word; NULL with an error. */
const char *parser_name(struct parser *parser);

/* A node at the current token; one over another, which is its left side; one more item of a list.
 * parser_reach counts how high the tree below a node is. */
struct expression *parser_new(struct parser *parser, enum expression_kind kind);
struct expression *parser_over(struct parser *parser, enum expression_kind kind,
			       struct expression *left);
void parser_add_item(struct parser *parser, struct expression *list, struct expression *item);
void parser_reach(struct expression *parent, const struct expression *child, unsigned steps);

/* NULL with an error where the expression (NULL: it failed before) is too high to evaluate. */
struct expression *parser_bounded(struct parser *parser, struct expression *expression);

/* Each returns NULL with an error. A bare tuple is "a, b" without parentheses. */
struct expression *parse_expression(struct parser *parser);
struct expression *parse_tuple(struct parser *parser);
/* A tuple whose members are no conditions ("for x in a if b"). */
struct expression *parse_plain_tuple(struct parser *parser);
/* What is assigned to: names, tuples of names, and for `set` also ns.attribute. */
struct expression *parse_target(struct parser *parser, bool attributes);
/* One or more filters on a NULL expression: "upper|trim". */
struct expression *parse_filters(struct parser *parser);
/* The parentheses of a call. */
int parse_arguments(struct parser *parser, struct expression *call);
struct expression *parse_primary(struct parser *parser);
struct expression *parse_integer(struct parser *parser);
/* The value of true, none... at the current token; NULL, without an error, where it is no such. */
struct value *parse_constant(struct parser *parser);
struct expression *parse_attribute(struct parser *parser, struct expression *left); /* .name */
/* What may follow it, and then filters and tests; `left` NULL: it failed before. */
struct expression *parse_postfix(struct parser *parser, struct expression *left);
struct expression *parse_filters_and_tests(struct parser *parser, struct expression *left);

/* A body up to "{% end", which is skipped, but not the rest of that tag. */
int parser_body(struct parser *parser, const char *end, const struct opened *opened,
		struct statements *body);
/* A body up to the end of the template. */
int parser_all(struct parser *parser, struct statements *body);
void parser_add_parameter(struct parser *parser, struct statement *statement, const char *name,
			  struct expression *fallback);

/* --- parse_files.c --- */
int parse_include(struct parser *parser, struct statement *statement, const struct opened *opened);
int parse_import(struct parser *parser, struct statement *statement, const struct opened *opened);
int parse_from(struct parser *parser, struct statement *statement, const struct opened *opened);
int parse_extends(struct parser *parser, struct statement *statement, const struct opened *opened);
int parse_block_statement(struct parser *parser, struct statement *statement,
			  const struct opened *opened);

#endif
