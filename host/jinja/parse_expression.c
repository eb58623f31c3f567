#include "host/jinja/parser.h"

#include "common/own.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* TALLEST bounds a.b.c..., a|f|f... and the like; chains of binary operators are evaluated in a
 * loop and add nothing. */
enum { DEEPEST = 150, TALLEST = 250 };

static struct expression *parse_or(struct parser *parser);
static struct expression *parse_nested(struct parser *parser);
static struct expression *parse_unary(struct parser *parser, bool with_filter);

int parser_refuse(struct parser *parser, const char *format, ...)
{
	autofree char *message = NULL;
	va_list args;
	va_start(args, format);
	int len = vasprintf(&message, format, args);
	va_end(args);
	return error_set_at(parser->err, parser->name, parser->token->line, parser->token->column,
			    "%s", len < 0 ? "syntax error" : message);
}

static bool is_word(const struct token *token, const char *text)
{
	return (token->kind == TOKEN_OPERATOR || token->kind == TOKEN_NAME) &&
	       strcmp(token->text, text) == 0;
}

bool parser_is(const struct parser *parser, const char *text)
{
	return is_word(parser->token, text);
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

static bool is_reserved(const char *word)
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
	if (token->kind != TOKEN_NAME || is_reserved(token->text)) {
		parser_refuse(parser, "expected a name, found '%s'", parser_found(parser));
		return NULL;
	}
	parser->token++;
	return token->text;
}

static struct expression *new_expression(struct parser *parser, enum expression_kind kind)
{
	struct expression *expression = arena_alloc(parser->arena, sizeof *expression);
	expression->kind = kind;
	expression->line = parser->token->line;
	expression->column = parser->token->column;
	return expression;
}

static void reach(struct expression *parent, const struct expression *child, unsigned steps)
{
	if (child && parent->height < child->height + steps)
		parent->height = child->height + steps;
}

static struct expression *over(struct parser *parser, enum expression_kind kind,
			       struct expression *left)
{
	struct expression *expression = new_expression(parser, kind);
	expression->left = left;
	if (left)
		reach(expression, left, kind != EXPR_BINARY || left->kind != EXPR_BINARY);
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

static void add_item(struct parser *parser, struct expression *list, struct expression *item)
{
	if ((list->count & (list->count + 1)) == 0)
		list->items = arena_grow(parser->arena, list->items, list->count,
					 2 * list->count + 1, sizeof(struct expression *));
	list->items[list->count++] = item;
	reach(list, item, 1);
}

static struct expression *literal(struct parser *parser, struct value *value)
{
	struct expression *expression = new_expression(parser, EXPR_LITERAL);
	expression->literal = value;
	parser->token++;
	return expression;
}

/* Adjacent strings are one. */
static struct expression *parse_strings(struct parser *parser)
{
	struct expression *expression = new_expression(parser, EXPR_LITERAL);
	auto_buf struct buf text = {0};
	for (; parser->token->kind == TOKEN_STRING; parser->token++)
		buf_add(&text, parser->token->text, parser->token->len);
	expression->literal = value_stringn(parser->arena, buf_text(&text), text.len);
	return expression;
}

static struct expression *parse_integer(struct parser *parser)
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

static struct value *constant(struct parser *parser)
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
	struct value *value = constant(parser);
	if (value)
		return literal(parser, value);
	struct expression *expression = new_expression(parser, EXPR_NAME);
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
		add_item(parser, list, item);
	}
	return list;
}

static struct expression *parse_dict(struct parser *parser)
{
	struct expression *dict = new_expression(parser, EXPR_DICT);
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
		add_item(parser, dict, key);
		add_item(parser, dict, value);
	}
	return dict;
}

static struct expression *parse_parentheses(struct parser *parser)
{
	struct expression *tuple = new_expression(parser, EXPR_TUPLE);
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
		struct expression *list = new_expression(parser, EXPR_LIST);
		parser->token++;
		return parse_members(parser, list, "]");
	}
	parser_refuse(parser, "expected an expression, found '%s'", parser_found(parser));
	return NULL;
}

/* --- what follows a primary: .name [index] (call) --- */

static int parse_argument(struct parser *parser, struct argument *argument)
{
	if (parser_skip(parser, "**"))
		argument->star = '2';
	else if (parser_skip(parser, "*"))
		argument->star = '*';
	else if (parser->token->kind == TOKEN_NAME && is_word(parser->token + 1, "=")) {
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
		reach(call, argument->value, 1);
	}
	return 0;
}

static struct expression *parse_attribute(struct parser *parser, struct expression *left)
{
	struct expression *expression = over(parser, EXPR_ATTRIBUTE, left);
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
	struct expression *expression = over(parser, EXPR_INDEX, left);
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
	reach(expression, parts[0], 1);
	for (size_t i = 0; colons && i < COUNT_OF(parts); i++)
		add_item(parser, expression, parts[i]);
	if (colons)
		expression->kind = EXPR_SLICE;
	return parser_expect(parser, "]") == 0 ? expression : NULL;
}

static struct expression *parse_call(struct parser *parser, struct expression *left)
{
	struct expression *call = over(parser, EXPR_CALL, left);
	return parse_arguments(parser, call) == 0 ? call : NULL;
}

static struct expression *parse_postfix(struct parser *parser, struct expression *left)
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
	struct expression *filter = over(parser, EXPR_FILTER, left);
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
		return !is_reserved(parser->token->text);
	default:
		return parser_is(parser, "[") || parser_is(parser, "{");
	}
}

static struct expression *parse_test(struct parser *parser, struct expression *left)
{
	bool negated = parser_skip(parser, "not");
	struct expression *test = over(parser, EXPR_TEST, left);
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
		reach(test, value, 1);
	}
	if (!negated)
		return test;
	struct expression *not = over(parser, EXPR_UNARY, test);
	not ->name = "not";
	return not ;
}

static struct expression *parse_filters_and_tests(struct parser *parser, struct expression *left)
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

/* --- operators, the weakest last --- */

static struct expression *unary(struct parser *parser, const char *name, bool with_filter)
{
	struct expression *expression = new_expression(parser, EXPR_UNARY);
	expression->name = name;
	parser->token++;
	expression->left = parse_unary(parser, with_filter);
	reach(expression, expression->left, 1);
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
		struct expression *binary = over(parser, EXPR_BINARY, left);
		binary->name = operators[i];
		parser->token++;
		binary->right = operand(parser);
		reach(binary, binary->right, 1);
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
	if (parser_is(parser, "not") && is_word(parser->token + 1, "in")) {
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
			compare = over(parser, EXPR_COMPARE, left);
		struct expression *next = over(parser, EXPR_COMPARE, parse_sum(parser));
		if (!next->left)
			return NULL;
		next->name = name;
		add_item(parser, compare, next);
	}
	return compare ? compare : left;
}

static struct expression *parse_not(struct parser *parser)
{
	if (!parser_is(parser, "not"))
		return parse_compare(parser);
	struct expression *expression = new_expression(parser, EXPR_UNARY);
	if (++parser->depth > DEEPEST) {
		parser_refuse(parser, "this expression is nested too deeply");
		return NULL;
	}
	expression->name = "not";
	parser->token++;
	expression->left = parse_not(parser);
	reach(expression, expression->left, 1);
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
		struct expression *condition = over(parser, EXPR_CONDITION, left);
		parser->token++;
		condition->right = parse_or(parser);
		if (!condition->right)
			return NULL;
		reach(condition, condition->right, 1);
		struct expression *otherwise = NULL;
		if (parser_skip(parser, "else") && !(otherwise = parse_nested(parser)))
			return NULL;
		add_item(parser, condition, otherwise);
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
	struct expression *tuple = new_expression(parser, EXPR_TUPLE);
	add_item(parser, tuple, first);
	while (parser_skip(parser, ",") && !ends_tuple(parser)) {
		struct expression *item = member(parser);
		if (!item)
			return NULL;
		add_item(parser, tuple, item);
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
	if (parser->token->kind == TOKEN_NAME && constant(parser)) {
		parser_refuse(parser, "can't assign to '%s'", parser_found(parser));
		return NULL;
	}
	struct expression *target = new_expression(parser, EXPR_NAME);
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
