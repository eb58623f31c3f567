/* Inside the parser: what its statements (parser.c) and expressions (expression.c) share. */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_PARSER_H
#define FACTORY_AGENT_RENDER_TEMPLATE_PARSER_H

#include "agent/render/template/lexer.h"
#include "agent/render/template/tree.h"

enum { PARSER_LOOKAHEAD = 3, PARSER_DEPTH = 200 };

struct parser {
	struct arena *arena;
	struct template_set *set;
	const struct template_parser_options *options;
	struct lexer lexer;
	struct token token[PARSER_LOOKAHEAD];
	unsigned peeked;
	unsigned action_line, range_depth, depth;
	struct word *variables;
	size_t variable_count, variable_cap;
	struct error *err;
};

struct token parser_next(struct parser *parser);
struct token parser_next_visible(struct parser *parser); /* skips spaces */
struct token parser_peek(struct parser *parser);
struct token parser_peek_visible(struct parser *parser);
void parser_back(struct parser *parser);
/* Puts tokens back in front of the one that was read last. */
void parser_back_two(struct parser *parser, struct token first);
void parser_back_three(struct parser *parser, struct token first, struct token second);

/* These return NULL, so that a caller can end with them. */
void *parser_fail(struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void *parser_unexpected(struct parser *parser, struct token token, const char *context);

/* One level of nesting more; false, with the error, for too many. */
bool parser_enter(struct parser *parser);

struct node *parser_node(struct parser *parser, enum node_kind kind, size_t pos);
void parser_add(struct parser *parser, struct nodes *nodes, struct node *node);
void parser_declare(struct parser *parser, struct token variable);

/* A pipeline up to (and with) `end`; NULL on failure. */
struct node *parser_pipeline(struct parser *parser, const char *context, enum token_kind end);

/* The string that a quoted token stands for; NULL on failure. */
struct value *parser_string(struct parser *parser, struct token token);

#endif
