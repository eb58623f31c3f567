#include "agent/render/template/parser.h"

#include "agent/render/template/runes.h"
#include "agent/render/template/strconv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct token parser_next(struct parser *parser)
{
	if (parser->peeked > 0)
		parser->peeked--;
	else
		parser->token[0] = lexer_next(&parser->lexer);
	return parser->token[parser->peeked];
}

void parser_back(struct parser *parser)
{
	parser->peeked++;
}

void parser_back_two(struct parser *parser, struct token first)
{
	parser->token[1] = first;
	parser->peeked = 2;
}

void parser_back_three(struct parser *parser, struct token first, struct token second)
{
	parser->token[1] = second;
	parser->token[2] = first;
	parser->peeked = 3;
}

struct token parser_peek(struct parser *parser)
{
	if (!parser->peeked) {
		parser->peeked = 1;
		parser->token[0] = lexer_next(&parser->lexer);
	}
	return parser->token[parser->peeked - 1];
}

struct token parser_next_visible(struct parser *parser)
{
	struct token token;
	do
		token = parser_next(parser);
	while (token.kind == TOKEN_SPACE);
	return token;
}

struct token parser_peek_visible(struct parser *parser)
{
	struct token token = parser_next_visible(parser);
	parser_back(parser);
	return token;
}

void *parser_fail(struct parser *parser, const char *format, ...)
{
	char message[600];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	struct text_position at = text_position(parser->set->text, parser->token[0].pos);
	error_set_at(parser->err, parser->set->name, at.line, at.column, "template: %s:%u: %s",
		     parser->set->name, parser->token[0].line, message);
	error_code(parser->err, ERROR_TEMPLATE);
	return NULL;
}

static bool ends_with_action(struct token token)
{
	return token.len >= 7 && memcmp(token.text + token.len - 7, " action", 7) == 0;
}

/* A lexer's error names the action it broke when that began on another line. */
static void *lexer_failed(struct parser *parser, struct token token)
{
	if (!parser->action_line || parser->action_line == token.line)
		return parser_fail(parser, "%.*s", (int)token.len, token.text);
	return parser_fail(parser, "%.*s%s started at %s:%u", (int)token.len, token.text,
			   ends_with_action(token) ? "" : " in action", parser->set->name,
			   parser->action_line);
}

void *parser_unexpected(struct parser *parser, struct token token, const char *context)
{
	if (token.kind == TOKEN_ERROR)
		return lexer_failed(parser, token);
	if (token.kind == TOKEN_EOF)
		return parser_fail(parser, "unexpected EOF in %s", context);
	if (token.kind > TOKEN_KEYWORDS)
		return parser_fail(parser, "unexpected <%.*s> in %s", (int)token.len, token.text,
				   context);
	auto_buf struct buf shown = {0};
	size_t kept = token.len > 10 ? rune_prefix(token.text, token.len, 10) : token.len;
	strconv_quote(&shown, token.text, kept, false);
	return parser_fail(parser, "unexpected %s%s in %s", buf_text(&shown),
			   token.len > 10 ? "..." : "", context);
}

bool parser_enter(struct parser *parser)
{
	if (parser->depth++ < PARSER_DEPTH)
		return true;
	parser_fail(parser, "more than %d levels of nesting", PARSER_DEPTH);
	return false;
}

struct node *parser_node(struct parser *parser, enum node_kind kind, size_t pos)
{
	struct node *node = arena_alloc(parser->arena, sizeof *node);
	node->kind = kind;
	node->pos = pos;
	return node;
}

void parser_add(struct parser *parser, struct nodes *nodes, struct node *node)
{
	if (nodes->len == nodes->cap) {
		size_t cap = nodes->cap ? nodes->cap * 2 : 2;
		nodes->items = arena_grow(parser->arena, nodes->items, nodes->len, cap,
					  sizeof *nodes->items);
		nodes->cap = cap;
	}
	nodes->items[nodes->len++] = node;
}

void parser_declare(struct parser *parser, struct token variable)
{
	if (parser->variable_count == parser->variable_cap) {
		size_t cap = parser->variable_cap ? parser->variable_cap * 2 : 8;
		parser->variables =
			arena_grow(parser->arena, parser->variables, parser->variable_count, cap,
				   sizeof *parser->variables);
		parser->variable_cap = cap;
	}
	parser->variables[parser->variable_count++] = (struct word){variable.text, variable.len};
}
