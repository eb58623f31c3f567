#include "host/jinja/parser.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdarg.h>
#include <string.h>

/* Bounds a.b.c..., a|f|f... and the like; chains of binary operators are evaluated in a loop and
 * add nothing. */
enum { TALLEST = 250 };

int parser_refuse(struct parser *parser, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	autofree char *message = mem_vprintf(format, args);
	va_end(args);
	return error_set_at(parser->err, parser->name, parser->token->line, parser->token->column,
			    "%s", message);
}

bool token_is_word(const struct token *token, const char *text)
{
	return (token->kind == TOKEN_OPERATOR || token->kind == TOKEN_NAME) &&
	       strcmp(token->text, text) == 0;
}

bool parser_is(const struct parser *parser, const char *text)
{
	return token_is_word(parser->token, text);
}

bool parser_skip(struct parser *parser, const char *text)
{
	bool is = parser_is(parser, text);
	parser->token += is;
	return is;
}

const char *parser_found(const struct parser *parser)
{
	switch (parser->token->kind) {
	case TOKEN_END:
		return "the end of the template";
	case TOKEN_TEXT:
		return "text";
	case TOKEN_PRINT_BEGIN:
		return "{{";
	case TOKEN_PRINT_END:
		return "}}";
	case TOKEN_BLOCK_BEGIN:
		return "{%";
	case TOKEN_BLOCK_END:
		return "%}";
	default:
		return parser->token->text;
	}
}

int parser_expect(struct parser *parser, const char *text)
{
	if (parser_skip(parser, text))
		return 0;
	return parser_refuse(parser, "expected '%s', found '%s'", text, parser_found(parser));
}

bool parser_is_reserved(const char *word)
{
	static const char *const words[] = {"and", "or", "not", "in", "is", "if", "else", "elif"};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

const char *parser_name(struct parser *parser)
{
	const struct token *token = parser->token;
	if (token->kind != TOKEN_NAME || parser_is_reserved(token->text)) {
		parser_refuse(parser, "expected a name, found '%s'", parser_found(parser));
		return NULL;
	}
	parser->token++;
	return token->text;
}

/* --- nodes --- */

struct expression *parser_new(struct parser *parser, enum expression_kind kind)
{
	struct expression *expression = arena_alloc(parser->arena, sizeof *expression);
	expression->kind = kind;
	expression->line = parser->token->line;
	expression->column = parser->token->column;
	return expression;
}

void parser_reach(struct expression *parent, const struct expression *child, unsigned steps)
{
	if (child && parent->height < child->height + steps)
		parent->height = child->height + steps;
}

struct expression *parser_over(struct parser *parser, enum expression_kind kind,
			       struct expression *left)
{
	struct expression *expression = parser_new(parser, kind);
	expression->left = left;
	if (left)
		parser_reach(expression, left, kind != EXPR_BINARY || left->kind != EXPR_BINARY);
	return expression;
}

struct expression *parser_bounded(struct parser *parser, struct expression *expression)
{
	if (!expression || expression->height <= TALLEST)
		return expression;
	error_set_at(parser->err, parser->name, expression->line, expression->column,
		     "this expression is nested too deeply");
	return NULL;
}

void parser_add_item(struct parser *parser, struct expression *list, struct expression *item)
{
	if ((list->count & (list->count + 1)) == 0)
		list->items = arena_grow(parser->arena, list->items, list->count,
					 2 * list->count + 1, sizeof(struct expression *));
	list->items[list->count++] = item;
	parser_reach(list, item, 1);
}
