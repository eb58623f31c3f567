#include "host/jinja/parser.h"

#include "common/own.h"

#include <errno.h>
#include <string.h>

static struct expression *literal(struct parser *parser, struct value *value)
{
	struct expression *expression = parser_new(parser, EXPR_LITERAL);
	expression->literal = value;
	parser->token++;
	return expression;
}

/* Adjacent strings are one. */
static struct expression *parse_strings(struct parser *parser)
{
	struct expression *expression = parser_new(parser, EXPR_LITERAL);
	auto_buf struct buf text = {0};
	for (; parser->token->kind == TOKEN_STRING; parser->token++)
		buf_add(&text, parser->token->text, parser->token->len);
	expression->literal = value_stringn(parser->arena, buf_text(&text), text.len);
	return expression;
}

struct expression *parse_integer(struct parser *parser)
{
	const char *text = parser->token->text;
	char second = (char)(text[0] == '0' && text[1] ? text[1] | 32 : 0);
	int base = second == 'x' ? 16 : second == 'o' ? 8 : second == 'b' ? 2 : 10;
	char *end;
	errno = 0;
	int64_t number = strtoll(base == 10 ? text : text + 2, &end, base);
	if (errno || *end) {
		parser_refuse(parser, "'%s' is no number that fits in 64 bits", text);
		return NULL;
	}
	return literal(parser, value_int(parser->arena, number));
}

struct value *parse_constant(struct parser *parser)
{
	const char *text = parser->token->text;
	if (strcmp(text, "true") == 0 || strcmp(text, "True") == 0)
		return value_bool(parser->arena, true);
	if (strcmp(text, "false") == 0 || strcmp(text, "False") == 0)
		return value_bool(parser->arena, false);
	if (strcmp(text, "none") == 0 || strcmp(text, "None") == 0)
		return value_null(parser->arena);
	return NULL;
}

static struct expression *parse_name(struct parser *parser)
{
	struct value *value = parse_constant(parser);
	if (value)
		return literal(parser, value);
	struct expression *expression = parser_new(parser, EXPR_NAME);
	expression->name = parser_name(parser);
	return expression->name ? expression : NULL;
}

/* Members up to the closing bracket, which is skipped; a trailing comma is fine. */
static struct expression *parse_members(struct parser *parser, struct expression *list,
					const char *close)
{
	while (!parser_skip(parser, close)) {
		if (list->count && parser_expect(parser, ",") < 0)
			return NULL;
		if (parser_skip(parser, close))
			break;
		struct expression *item = parse_expression(parser);
		if (!item)
			return NULL;
		parser_add_item(parser, list, item);
	}
	return list;
}

static struct expression *parse_dict(struct parser *parser)
{
	struct expression *dict = parser_new(parser, EXPR_DICT);
	parser->token++;
	while (!parser_skip(parser, "}")) {
		if (dict->count && parser_expect(parser, ",") < 0)
			return NULL;
		if (parser_skip(parser, "}"))
			break;
		struct expression *key = parse_expression(parser);
		if (!key || parser_expect(parser, ":") < 0)
			return NULL;
		struct expression *value = parse_expression(parser);
		if (!value)
			return NULL;
		parser_add_item(parser, dict, key);
		parser_add_item(parser, dict, value);
	}
	return dict;
}

static struct expression *parse_parentheses(struct parser *parser)
{
	struct expression *tuple = parser_new(parser, EXPR_TUPLE);
	parser->token++;
	if (parser_skip(parser, ")"))
		return tuple;
	struct expression *inner = parse_tuple(parser);
	return inner && parser_expect(parser, ")") == 0 ? inner : NULL;
}

struct expression *parse_primary(struct parser *parser)
{
	switch (parser->token->kind) {
	case TOKEN_NAME:
		return parse_name(parser);
	case TOKEN_STRING:
		return parse_strings(parser);
	case TOKEN_INTEGER:
		return parse_integer(parser);
	case TOKEN_FLOAT:
		return literal(parser,
			       value_float(parser->arena, strtod(parser->token->text, NULL)));
	default:
		break;
	}
	if (parser_is(parser, "("))
		return parse_parentheses(parser);
	if (parser_is(parser, "{"))
		return parse_dict(parser);
	if (parser_is(parser, "[")) {
		struct expression *list = parser_new(parser, EXPR_LIST);
		parser->token++;
		return parse_members(parser, list, "]");
	}
	parser_refuse(parser, "expected an expression, found '%s'", parser_found(parser));
	return NULL;
}
