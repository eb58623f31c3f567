#include "host/jinja/parser.h"

#include "common/own.h"

enum { DEEPEST = 150 };

static struct expression *parse_or(struct parser *parser);
static struct expression *parse_nested(struct parser *parser);
static struct expression *parse_unary(struct parser *parser, bool with_filter);

/* --- operators, the weakest last --- */

static struct expression *unary(struct parser *parser, const char *name, bool with_filter)
{
	struct expression *expression = parser_new(parser, EXPR_UNARY);
	expression->name = name;
	parser->token++;
	expression->left = parse_unary(parser, with_filter);
	parser_reach(expression, expression->left, 1);
	return expression->left ? expression : NULL;
}

static struct expression *parse_unary(struct parser *parser, bool with_filter)
{
	struct expression *left;
	if (++parser->depth > DEEPEST) {
		parser_refuse(parser, "this expression is nested too deeply");
		return NULL;
	}
	if (parser_is(parser, "-"))
		left = unary(parser, "-", false);
	else if (parser_is(parser, "+"))
		left = unary(parser, "+", false);
	else
		left = parse_postfix(parser, parse_primary(parser));
	if (left && with_filter)
		left = parse_filters_and_tests(parser, left);
	parser->depth--;
	return left;
}

static struct expression *parse_operand(struct parser *parser)
{
	return parse_unary(parser, true);
}

/* One level of left-associative operators over the next stronger level. */
static struct expression *parse_level(struct parser *parser, const char *const *operators,
				      struct expression *(*operand)(struct parser *))
{
	struct expression *left = operand(parser);
	while (left) {
		size_t i = 0;
		while (operators[i] && !parser_is(parser, operators[i]))
			i++;
		if (!operators[i])
			break;
		struct expression *binary = parser_over(parser, EXPR_BINARY, left);
		binary->name = operators[i];
		parser->token++;
		binary->right = operand(parser);
		parser_reach(binary, binary->right, 1);
		left = binary->right ? binary : NULL;
	}
	return left;
}

static struct expression *parse_power(struct parser *parser)
{
	static const char *const operators[] = {"**", NULL};
	return parse_level(parser, operators, parse_operand);
}

static struct expression *parse_product(struct parser *parser)
{
	static const char *const operators[] = {"*", "//", "/", "%", NULL};
	return parse_level(parser, operators, parse_power);
}

static struct expression *parse_concat(struct parser *parser)
{
	static const char *const operators[] = {"~", NULL};
	return parse_level(parser, operators, parse_product);
}

static struct expression *parse_sum(struct parser *parser)
{
	static const char *const operators[] = {"+", "-", NULL};
	return parse_level(parser, operators, parse_concat);
}

static const char *comparison(struct parser *parser)
{
	static const char *const operators[] = {"==", "!=", "<=", ">=", "<", ">", "in"};
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		if (parser_skip(parser, operators[i]))
			return operators[i];
	if (parser_is(parser, "not") && token_is_word(parser->token + 1, "in")) {
		parser->token += 2;
		return "not in";
	}
	return NULL;
}

static struct expression *parse_compare(struct parser *parser)
{
	struct expression *left = parse_sum(parser), *compare = NULL;
	for (const char *name; left && (name = comparison(parser));) {
		if (!compare)
			compare = parser_over(parser, EXPR_COMPARE, left);
		struct expression *next = parser_over(parser, EXPR_COMPARE, parse_sum(parser));
		if (!next->left)
			return NULL;
		next->name = name;
		parser_add_item(parser, compare, next);
	}
	return compare ? compare : left;
}

static struct expression *parse_not(struct parser *parser)
{
	if (!parser_is(parser, "not"))
		return parse_compare(parser);
	struct expression *expression = parser_new(parser, EXPR_UNARY);
	if (++parser->depth > DEEPEST) {
		parser_refuse(parser, "this expression is nested too deeply");
		return NULL;
	}
	expression->name = "not";
	parser->token++;
	expression->left = parse_not(parser);
	parser_reach(expression, expression->left, 1);
	parser->depth--;
	return expression->left ? expression : NULL;
}

static struct expression *parse_and(struct parser *parser)
{
	static const char *const operators[] = {"and", NULL};
	return parse_level(parser, operators, parse_not);
}

static struct expression *parse_or(struct parser *parser)
{
	static const char *const operators[] = {"or", NULL};
	return parse_level(parser, operators, parse_and);
}

struct expression *parse_expression(struct parser *parser)
{
	struct expression *left = parse_or(parser);
	while (left && parser_is(parser, "if")) {
		struct expression *condition = parser_over(parser, EXPR_CONDITION, left);
		parser->token++;
		condition->right = parse_or(parser);
		if (!condition->right)
			return NULL;
		parser_reach(condition, condition->right, 1);
		struct expression *otherwise = NULL;
		if (parser_skip(parser, "else") && !(otherwise = parse_nested(parser)))
			return NULL;
		parser_add_item(parser, condition, otherwise);
		left = condition;
	}
	return parser_bounded(parser, left);
}

/* One level deeper: for what recurses without a bracket that parse_unary counts. */
static struct expression *parse_nested(struct parser *parser)
{
	if (++parser->depth > DEEPEST) {
		parser_refuse(parser, "this expression is nested too deeply");
		return NULL;
	}
	struct expression *expression = parse_expression(parser);
	parser->depth--;
	return expression;
}

static bool ends_tuple(const struct parser *parser)
{
	enum token_kind kind = parser->token->kind;
	return kind == TOKEN_BLOCK_END || kind == TOKEN_PRINT_END || parser_is(parser, ")") ||
	       parser_is(parser, "]") || parser_is(parser, ":") || parser_is(parser, "=") ||
	       parser_is(parser, "in") || parser_is(parser, "if") || parser_is(parser, "recursive");
}

static struct expression *parse_tuple_of(struct parser *parser,
					 struct expression *(*member)(struct parser *))
{
	struct expression *first = member(parser);
	if (!first || !parser_is(parser, ","))
		return first;
	struct expression *tuple = parser_new(parser, EXPR_TUPLE);
	parser_add_item(parser, tuple, first);
	while (parser_skip(parser, ",") && !ends_tuple(parser)) {
		struct expression *item = member(parser);
		if (!item)
			return NULL;
		parser_add_item(parser, tuple, item);
	}
	return tuple;
}

struct expression *parse_tuple(struct parser *parser)
{
	return parse_tuple_of(parser, parse_expression);
}

struct expression *parse_plain_tuple(struct parser *parser)
{
	return parser_bounded(parser, parse_tuple_of(parser, parse_or));
}

static struct expression *parse_one_target(struct parser *parser)
{
	if (parser_skip(parser, "(")) {
		if (++parser->depth > DEEPEST) {
			parser_refuse(parser, "this target is nested too deeply");
			return NULL;
		}
		struct expression *inner = parse_target(parser, false);
		parser->depth--;
		return inner && parser_expect(parser, ")") == 0 ? inner : NULL;
	}
	if (parser->token->kind == TOKEN_NAME && parse_constant(parser)) {
		parser_refuse(parser, "can't assign to '%s'", parser_found(parser));
		return NULL;
	}
	struct expression *target = parser_new(parser, EXPR_NAME);
	target->name = parser_name(parser);
	return target->name ? target : NULL;
}

struct expression *parse_target(struct parser *parser, bool attributes)
{
	struct expression *target = parse_tuple_of(parser, parse_one_target);
	if (target && attributes && target->kind == EXPR_NAME && parser_is(parser, "."))
		target = parse_attribute(parser, target);
	if (target && target->kind == EXPR_INDEX) {
		parser_refuse(parser, "only attributes of a namespace can be assigned");
		return NULL;
	}
	return target;
}
