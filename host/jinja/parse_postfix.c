/* What follows a primary: .name, [index], (call), |filter, is test. */
#include "host/jinja/parser.h"

#include "common/own.h"

static int parse_argument(struct parser *parser, struct argument *argument)
{
	if (parser_skip(parser, "**"))
		argument->star = '2';
	else if (parser_skip(parser, "*"))
		argument->star = '*';
	else if (parser->token->kind == TOKEN_NAME && token_is_word(parser->token + 1, "=")) {
		argument->keyword = parser->token->text;
		parser->token += 2;
	}
	argument->value = parse_expression(parser);
	return argument->value ? 0 : -1;
}

int parse_arguments(struct parser *parser, struct expression *call)
{
	size_t cap = 0;
	parser->token++;
	while (!parser_skip(parser, ")")) {
		if (call->argument_count && parser_expect(parser, ",") < 0)
			return -1;
		if (parser_skip(parser, ")"))
			break;
		if (call->argument_count == cap) {
			cap = cap ? cap * 2 : 4;
			call->arguments =
				arena_grow(parser->arena, call->arguments, call->argument_count,
					   cap, sizeof *call->arguments);
		}
		struct argument *argument = &call->arguments[call->argument_count++];
		*argument = (struct argument){0};
		if (parse_argument(parser, argument) < 0)
			return -1;
		parser_reach(call, argument->value, 1);
	}
	return 0;
}

struct expression *parse_attribute(struct parser *parser, struct expression *left)
{
	struct expression *expression = parser_over(parser, EXPR_ATTRIBUTE, left);
	parser->token++;
	if (parser->token->kind == TOKEN_INTEGER) {
		expression->kind = EXPR_INDEX;
		expression->right = parse_integer(parser);
		return expression->right ? expression : NULL;
	}
	if (parser->token->kind != TOKEN_NAME) {
		parser_refuse(parser, "expected a name behind '.', found '%s'",
			      parser_found(parser));
		return NULL;
	}
	expression->name = (parser->token++)->text;
	return expression;
}

static bool ends_slice_part(const struct parser *parser)
{
	return parser_is(parser, ":") || parser_is(parser, "]");
}

static struct expression *parse_subscript(struct parser *parser, struct expression *left)
{
	struct expression *parts[3] = {NULL};
	struct expression *expression = parser_over(parser, EXPR_INDEX, left);
	size_t colons = 0;
	parser->token++;
	for (;;) {
		if (!ends_slice_part(parser) && !(parts[colons] = parse_tuple(parser)))
			return NULL;
		if (colons == 2 || !parser_skip(parser, ":"))
			break;
		colons++;
	}
	if (!colons && !parts[0]) {
		parser_refuse(parser, "expected an index, found '%s'", parser_found(parser));
		return NULL;
	}
	expression->right = parts[0];
	parser_reach(expression, parts[0], 1);
	for (size_t i = 0; colons && i < COUNT_OF(parts); i++)
		parser_add_item(parser, expression, parts[i]);
	if (colons)
		expression->kind = EXPR_SLICE;
	return parser_expect(parser, "]") == 0 ? expression : NULL;
}

static struct expression *parse_call(struct parser *parser, struct expression *left)
{
	struct expression *call = parser_over(parser, EXPR_CALL, left);
	return parse_arguments(parser, call) == 0 ? call : NULL;
}

struct expression *parse_postfix(struct parser *parser, struct expression *left)
{
	while (left) {
		if (parser_is(parser, "."))
			left = parse_attribute(parser, left);
		else if (parser_is(parser, "["))
			left = parse_subscript(parser, left);
		else if (parser_is(parser, "("))
			left = parse_call(parser, left);
		else
			return left;
	}
	return NULL;
}

/* --- filters and tests --- */

/* Names of filters and tests may hold dots. */
static const char *dotted_name(struct parser *parser)
{
	if (parser->token->kind != TOKEN_NAME) {
		parser_refuse(parser, "expected a name, found '%s'", parser_found(parser));
		return NULL;
	}
	const char *name = (parser->token++)->text;
	while (name && parser_skip(parser, "."))
		name = parser->token->kind == TOKEN_NAME
			       ? arena_printf(parser->arena, "%s.%s", name, (parser->token++)->text)
			       : NULL;
	if (!name)
		parser_refuse(parser, "expected a name behind '.'");
	return name;
}

static struct expression *parse_filter(struct parser *parser, struct expression *left)
{
	struct expression *filter = parser_over(parser, EXPR_FILTER, left);
	filter->name = dotted_name(parser);
	if (!filter->name || (parser_is(parser, "(") && parse_arguments(parser, filter) < 0))
		return NULL;
	return filter;
}

struct expression *parse_filters(struct parser *parser)
{
	struct expression *filter = parse_filter(parser, NULL);
	while (filter && parser_skip(parser, "|"))
		filter = parse_filter(parser, filter);
	return parser_bounded(parser, filter);
}

/* "is divisibleby 3": one argument may do without parentheses. */
static bool has_bare_argument(const struct parser *parser)
{
	switch (parser->token->kind) {
	case TOKEN_STRING:
	case TOKEN_INTEGER:
	case TOKEN_FLOAT:
		return true;
	case TOKEN_NAME:
		return !parser_is_reserved(parser->token->text);
	default:
		return parser_is(parser, "[") || parser_is(parser, "{");
	}
}

static struct expression *parse_test(struct parser *parser, struct expression *left)
{
	bool negated = parser_skip(parser, "not");
	struct expression *test = parser_over(parser, EXPR_TEST, left);
	test->name = dotted_name(parser);
	if (!test->name)
		return NULL;
	if (parser_is(parser, "(")) {
		if (parse_arguments(parser, test) < 0)
			return NULL;
	} else if (has_bare_argument(parser)) {
		struct expression *value = parse_postfix(parser, parse_primary(parser));
		if (!value)
			return NULL;
		test->arguments = arena_alloc(parser->arena, sizeof *test->arguments);
		test->arguments[0].value = value;
		test->argument_count = 1;
		parser_reach(test, value, 1);
	}
	if (!negated)
		return test;
	struct expression *not = parser_over(parser, EXPR_UNARY, test);
	not ->name = "not";
	return not ;
}

struct expression *parse_filters_and_tests(struct parser *parser, struct expression *left)
{
	while (left) {
		if (parser_skip(parser, "|"))
			left = parse_filter(parser, left);
		else if (parser_skip(parser, "is"))
			left = parse_test(parser, left);
		else if (parser_is(parser, "("))
			left = parse_call(parser, left);
		else
			return left;
	}
	return NULL;
}
