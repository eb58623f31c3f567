#include "agent/render/template/parser.h"

#include "agent/render/template/literal.h"
#include "agent/render/template/strconv.h"

#include <string.h>

struct value *parser_string(struct parser *parser, struct token token)
{
	auto_buf struct buf text = {0};
	if (!strconv_unquote(&text, token.text, token.len))
		return parser_fail(parser, "invalid syntax");
	return value_stringn(parser->arena, buf_text(&text), text.len);
}

static void add_word(struct parser *parser, struct node *node, const char *text, size_t len)
{
	node->words = arena_grow(parser->arena, node->words, node->word_count, node->word_count + 1,
				 sizeof *node->words);
	node->words[node->word_count].text = arena_strndup(parser->arena, text, len);
	node->words[node->word_count++].len = len;
}

static struct node *variable_node(struct parser *parser, struct token token)
{
	struct node *node = parser_node(parser, NODE_VARIABLE, token.pos);
	add_word(parser, node, token.text, token.len);
	return node;
}

static struct node *used_variable(struct parser *parser, struct token token)
{
	for (size_t i = parser->variable_count; i-- > 0;)
		if (parser->variables[i].len == token.len &&
		    memcmp(parser->variables[i].text, token.text, token.len) == 0)
			return variable_node(parser, token);
	return parser_fail(parser, "undefined variable \"%.*s\"", (int)token.len, token.text);
}

static struct node *literal_node(struct parser *parser, struct token token, enum node_kind kind)
{
	struct node *node = parser_node(parser, kind, token.pos);
	node->text = token.text;
	node->len = token.len;
	return node;
}

static struct node *number_node(struct parser *parser, struct token token)
{
	struct node *node = literal_node(parser, token, NODE_NUMBER);
	node->number = arena_alloc(parser->arena, sizeof *node->number);
	auto_error struct error bad = {0};
	if (literal_number(token.text, token.len, node->number, &bad) < 0)
		return parser_fail(parser, "%s", bad.message);
	return node;
}

static struct node *string_node(struct parser *parser, struct token token)
{
	struct node *node = literal_node(parser, token, NODE_STRING);
	node->value = parser_string(parser, token);
	return node->value ? node : NULL;
}

static struct node *identifier_node(struct parser *parser, struct token token)
{
	if (!parser->options->function_exists(token.text, token.len))
		return parser_fail(parser, "function \"%.*s\" not defined", (int)token.len,
				   token.text);
	struct node *node = literal_node(parser, token, NODE_IDENTIFIER);
	node->text = arena_strndup(parser->arena, token.text, token.len);
	return node;
}

/* One word of a command. *found is NULL, with nothing consumed, where there is none. */
static int term(struct parser *parser, struct node **found)
{
	struct token token = parser_next_visible(parser);
	switch (token.kind) {
	case TOKEN_IDENTIFIER:
		*found = identifier_node(parser, token);
		break;
	case TOKEN_DOT:
	case TOKEN_NIL:
		*found = parser_node(parser, token.kind == TOKEN_DOT ? NODE_DOT : NODE_NIL,
				     token.pos);
		break;
	case TOKEN_VARIABLE:
		*found = used_variable(parser, token);
		break;
	case TOKEN_FIELD:
		*found = parser_node(parser, NODE_FIELD, token.pos);
		add_word(parser, *found, token.text + 1, token.len - 1);
		break;
	case TOKEN_BOOL:
		*found = literal_node(parser, token, NODE_BOOL);
		(*found)->value = value_bool(parser->arena, token.text[0] == 't');
		break;
	case TOKEN_CHAR_CONSTANT:
	case TOKEN_COMPLEX:
	case TOKEN_NUMBER:
		*found = number_node(parser, token);
		break;
	case TOKEN_LEFT_PAREN:
		*found = parser_pipeline(parser, "parenthesized pipeline", TOKEN_RIGHT_PAREN);
		break;
	case TOKEN_STRING:
	case TOKEN_RAW_STRING:
		*found = string_node(parser, token);
		break;
	default:
		parser_back(parser);
		*found = NULL;
		return 0;
	}
	return *found ? 0 : -1;
}

static struct node *after_literal(struct parser *parser, const struct node *literal)
{
	auto_buf struct buf text = {0}, quoted = {0};
	node_text(&text, literal);
	strconv_quote(&quoted, buf_text(&text), text.len, false);
	return parser_fail(parser, "unexpected . after term %s", buf_text(&quoted));
}

/* .Field behind a word: more names for a field or a variable, a chain for anything else. */
static struct node *chain(struct parser *parser, struct node *head)
{
	struct node *node = head;
	size_t pos = parser_peek(parser).pos;
	if (head->kind == NODE_FIELD || head->kind == NODE_VARIABLE) {
		node->pos = pos;
	} else {
		node = parser_node(parser, NODE_CHAIN, pos);
		node->pipe = head;
	}
	while (parser_peek(parser).kind == TOKEN_FIELD) {
		struct token field = parser_next(parser);
		add_word(parser, node, field.text + 1, field.len - 1);
	}
	if (head->kind == NODE_BOOL || head->kind == NODE_STRING || head->kind == NODE_NUMBER ||
	    head->kind == NODE_NIL || head->kind == NODE_DOT)
		return after_literal(parser, head);
	return node;
}

static int operand(struct parser *parser, struct node **found)
{
	if (term(parser, found) < 0)
		return -1;
	if (*found && parser_peek(parser).kind == TOKEN_FIELD)
		*found = chain(parser, *found);
	else
		return 0;
	return *found ? 0 : -1;
}

/* Words up to a bar, a right parenthesis or the delimiter; the last two are left. */
static struct node *command(struct parser *parser)
{
	struct node *node = parser_node(parser, NODE_COMMAND, parser_peek_visible(parser).pos);
	for (;;) {
		parser_peek_visible(parser);
		struct node *word;
		if (operand(parser, &word) < 0)
			return NULL;
		if (word)
			parser_add(parser, &node->items, word);
		struct token token = parser_next(parser);
		if (token.kind == TOKEN_SPACE)
			continue;
		if (token.kind == TOKEN_RIGHT_DELIM || token.kind == TOKEN_RIGHT_PAREN)
			parser_back(parser);
		else if (token.kind != TOKEN_PIPE)
			return parser_unexpected(parser, token, "operand");
		break;
	}
	return node->items.len ? node : parser_fail(parser, "empty command");
}

/* Only the first command of a pipeline may be a plain value. */
static struct node *check_pipeline(struct parser *parser, struct node *pipe, const char *context)
{
	if (!pipe->items.len)
		return parser_fail(parser, "missing value for %s", context);
	for (size_t i = 1; i < pipe->items.len; i++) {
		switch (pipe->items.items[i]->items.items[0]->kind) {
		case NODE_BOOL:
		case NODE_DOT:
		case NODE_NIL:
		case NODE_NUMBER:
		case NODE_STRING:
			return parser_fail(parser, "non executable command in pipeline stage %zu",
					   i + 1);
		default:
			break;
		}
	}
	return pipe;
}

/* Behind "$a ,": does a second variable of a range follow? */
static bool second_variable(struct parser *parser, const char *context, size_t declared)
{
	if (strcmp(context, "range") == 0 && declared < 2) {
		enum token_kind kind = parser_peek_visible(parser).kind;
		if (kind == TOKEN_VARIABLE || kind == TOKEN_RIGHT_DELIM ||
		    kind == TOKEN_RIGHT_PAREN)
			return true;
		parser_fail(parser, "range can only initialize variables");
		return false;
	}
	parser_fail(parser, "too many declarations in %s", context);
	return false;
}

/* "$x :=", "$x =" or "$i, $x :=" at a pipeline's begin. A space is a token, so telling them from
 * "$x foo" takes a look at three. */
static int declarations(struct parser *parser, struct node *pipe, const char *context)
{
	for (;;) {
		struct token variable = parser_peek_visible(parser);
		if (variable.kind != TOKEN_VARIABLE)
			return 0;
		parser_next(parser);
		struct token after = parser_peek(parser);
		struct token next = parser_peek_visible(parser);
		bool comma = next.kind == TOKEN_CHAR && next.len == 1 && next.text[0] == ',';
		if (next.kind != TOKEN_ASSIGN && next.kind != TOKEN_DECLARE && !comma) {
			if (after.kind == TOKEN_SPACE)
				parser_back_three(parser, variable, after);
			else
				parser_back_two(parser, variable);
			return 0;
		}
		parser_next_visible(parser);
		pipe->assigns |= next.kind == TOKEN_ASSIGN;
		parser_add(parser, &pipe->declared, variable_node(parser, variable));
		parser_declare(parser, variable);
		if (!comma)
			return 0;
		if (!second_variable(parser, context, pipe->declared.len))
			return -1;
	}
}

static bool begins_operand(enum token_kind kind)
{
	return (kind >= TOKEN_BOOL && kind < TOKEN_KEYWORDS) || kind == TOKEN_LEFT_PAREN ||
	       kind == TOKEN_DOT || kind == TOKEN_NIL;
}

static struct node *commands(struct parser *parser, struct node *pipe, const char *context,
			     enum token_kind end)
{
	for (;;) {
		struct token token = parser_next_visible(parser);
		if (token.kind == end)
			return check_pipeline(parser, pipe, context);
		if (!begins_operand(token.kind))
			return parser_unexpected(parser, token, context);
		parser_back(parser);
		struct node *one = command(parser);
		if (!one)
			return NULL;
		parser_add(parser, &pipe->items, one);
	}
}

struct node *parser_pipeline(struct parser *parser, const char *context, enum token_kind end)
{
	if (!parser_enter(parser))
		return NULL;
	struct node *pipe = parser_node(parser, NODE_PIPE, parser_peek_visible(parser).pos);
	if (declarations(parser, pipe, context) < 0)
		return NULL;
	pipe = commands(parser, pipe, context, end);
	parser->depth--;
	return pipe;
}
