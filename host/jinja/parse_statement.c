#include "host/jinja/parser.h"

#include "common/nearest.h"
#include "common/own.h"

#include <string.h>

enum { DEEPEST_BLOCK = 100, MOST_ELIF = 400 };

static int parse_body(struct parser *parser, const char *const *ends, const struct opened *opened,
		      struct statements *body);

static struct statement *new_statement(struct parser *parser, enum statement_kind kind)
{
	struct statement *statement = arena_alloc(parser->arena, sizeof *statement);
	statement->kind = kind;
	statement->line = parser->token->line;
	statement->column = parser->token->column;
	return statement;
}

static void append(struct parser *parser, struct statements *list, struct statement *statement)
{
	if (list->count == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 8;
		list->items = arena_grow(parser->arena, list->items, list->count, cap,
					 sizeof *list->items);
		list->cap = cap;
	}
	list->items[list->count++] = statement;
}

static int expect_block_end(struct parser *parser)
{
	if (parser->token->kind != TOKEN_BLOCK_END)
		return parser_refuse(parser, "expected '%%}', found '%s'", parser_found(parser));
	parser->token++;
	return 0;
}

int parser_body(struct parser *parser, const char *end, const struct opened *opened,
		struct statements *body)
{
	const char *const ends[] = {end, NULL};
	if (parse_body(parser, ends, opened, body) < 0)
		return -1;
	parser->token++;
	return 0;
}

/* The body and its "{% endX %}". */
static int parse_to_end(struct parser *parser, const char *end, const struct opened *opened,
			struct statements *body)
{
	return parser_body(parser, end, opened, body) == 0 ? expect_block_end(parser) : -1;
}

/* --- if, for --- */

static int parse_if_rest(struct parser *parser, struct statement *statement,
			 const struct opened *opened, unsigned elifs)
{
	static const char *const ends[] = {"elif", "else", "endif", NULL};
	if (elifs > MOST_ELIF)
		return parser_refuse(parser, "this 'if' has more than %d 'elif'", MOST_ELIF);
	statement->value = parse_tuple(parser);
	if (!statement->value || expect_block_end(parser) < 0 ||
	    parse_body(parser, ends, opened, &statement->body) < 0)
		return -1;
	if (parser_is(parser, "elif")) {
		struct statement *inner = new_statement(parser, STMT_IF);
		parser->token++;
		append(parser, &statement->otherwise, inner);
		return parse_if_rest(parser, inner, opened, elifs + 1);
	}
	if (parser_skip(parser, "endif"))
		return expect_block_end(parser);
	parser->token++;
	if (expect_block_end(parser) < 0)
		return -1;
	return parse_to_end(parser, "endif", opened, &statement->otherwise);
}

static int parse_if(struct parser *parser, struct statement *statement, const struct opened *opened)
{
	return parse_if_rest(parser, statement, opened, 0);
}

static int parse_for(struct parser *parser, struct statement *statement,
		     const struct opened *opened)
{
	static const char *const ends[] = {"else", "endfor", NULL};
	statement->target = parse_target(parser, false);
	if (!statement->target || parser_expect(parser, "in") < 0)
		return -1;
	statement->value = parse_plain_tuple(parser);
	if (!statement->value)
		return -1;
	if (parser_skip(parser, "if") && !(statement->filter = parse_expression(parser)))
		return -1;
	statement->recursive = parser_skip(parser, "recursive");
	if (expect_block_end(parser) < 0 || parse_body(parser, ends, opened, &statement->body) < 0)
		return -1;
	if (parser_skip(parser, "endfor"))
		return expect_block_end(parser);
	parser->token++;
	if (expect_block_end(parser) < 0)
		return -1;
	return parse_to_end(parser, "endfor", opened, &statement->otherwise);
}

/* --- set, with, macro, call, filter --- */

static int parse_set(struct parser *parser, struct statement *statement,
		     const struct opened *opened)
{
	statement->target = parse_target(parser, true);
	if (!statement->target)
		return -1;
	if (parser_skip(parser, "=")) {
		statement->value = parse_tuple(parser);
		return statement->value ? expect_block_end(parser) : -1;
	}
	statement->kind = STMT_CAPTURE;
	if (parser_skip(parser, "|") && !(statement->filter = parse_filters(parser)))
		return -1;
	if (expect_block_end(parser) < 0)
		return -1;
	return parse_to_end(parser, "endset", opened, &statement->body);
}

void parser_add_parameter(struct parser *parser, struct statement *statement, const char *name,
			  struct expression *fallback)
{
	statement->parameters =
		arena_grow(parser->arena, statement->parameters, statement->parameter_count,
			   statement->parameter_count + 1, sizeof *statement->parameters);
	statement->parameters[statement->parameter_count++] = (struct parameter){name, fallback};
}

/* "(a, b=1)" */
static int parse_parameters(struct parser *parser, struct statement *statement)
{
	if (parser_expect(parser, "(") < 0)
		return -1;
	while (!parser_skip(parser, ")")) {
		if (statement->parameter_count && parser_expect(parser, ",") < 0)
			return -1;
		const char *name = parser_name(parser);
		struct expression *fallback = NULL;
		if (!name || (parser_skip(parser, "=") && !(fallback = parse_expression(parser))))
			return -1;
		parser_add_parameter(parser, statement, name, fallback);
	}
	return 0;
}

static int parse_with(struct parser *parser, struct statement *statement,
		      const struct opened *opened)
{
	while (parser->token->kind != TOKEN_BLOCK_END) {
		if (statement->parameter_count && parser_expect(parser, ",") < 0)
			return -1;
		const char *name = parser_name(parser);
		if (!name || parser_expect(parser, "=") < 0)
			return -1;
		struct expression *value = parse_expression(parser);
		if (!value)
			return -1;
		parser_add_parameter(parser, statement, name, value);
	}
	parser->token++;
	return parse_to_end(parser, "endwith", opened, &statement->body);
}

static int parse_macro(struct parser *parser, struct statement *statement,
		       const struct opened *opened)
{
	statement->name = parser_name(parser);
	if (!statement->name || parse_parameters(parser, statement) < 0 ||
	    expect_block_end(parser) < 0)
		return -1;
	return parse_to_end(parser, "endmacro", opened, &statement->body);
}

static int parse_call_block(struct parser *parser, struct statement *statement,
			    const struct opened *opened)
{
	if (parser_is(parser, "(") && parse_parameters(parser, statement) < 0)
		return -1;
	statement->value = parse_expression(parser);
	if (!statement->value)
		return -1;
	if (statement->value->kind != EXPR_CALL)
		return parser_refuse(parser, "expected a call behind 'call'");
	if (expect_block_end(parser) < 0)
		return -1;
	return parse_to_end(parser, "endcall", opened, &statement->body);
}

static int parse_filter_block(struct parser *parser, struct statement *statement,
			      const struct opened *opened)
{
	statement->value = parse_filters(parser);
	if (!statement->value || expect_block_end(parser) < 0)
		return -1;
	return parse_to_end(parser, "endfilter", opened, &statement->body);
}

static int parse_do(struct parser *parser, struct statement *statement, const struct opened *opened)
{
	(void)opened;
	statement->value = parse_tuple(parser);
	return statement->value ? expect_block_end(parser) : -1;
}

static int parse_jump(struct parser *parser, struct statement *statement,
		      const struct opened *opened)
{
	(void)statement;
	(void)opened;
	return expect_block_end(parser);
}

static const struct {
	const char *word;
	enum statement_kind kind;
	int (*parse)(struct parser *parser, struct statement *statement,
		     const struct opened *opened);
} table[] = {
	{"if", STMT_IF, parse_if},
	{"for", STMT_FOR, parse_for},
	{"set", STMT_SET, parse_set},
	{"with", STMT_WITH, parse_with},
	{"macro", STMT_MACRO, parse_macro},
	{"call", STMT_CALL, parse_call_block},
	{"filter", STMT_FILTER, parse_filter_block},
	{"do", STMT_DO, parse_do},
	{"break", STMT_BREAK, parse_jump},
	{"continue", STMT_CONTINUE, parse_jump},
	{"include", STMT_INCLUDE, parse_include},
	{"import", STMT_IMPORT, parse_import},
	{"from", STMT_FROM, parse_from},
	{"extends", STMT_EXTENDS, parse_extends},
	{"block", STMT_BLOCK, parse_block_statement},
};

static int unknown_statement(struct parser *parser)
{
	const char *names[COUNT_OF(table)];
	for (size_t i = 0; i < COUNT_OF(table); i++)
		names[i] = table[i].word;
	const char *word = parser_found(parser);
	const char *near = nearest_name(word, names, COUNT_OF(names));
	if (near && parser->token->kind == TOKEN_NAME)
		return parser_refuse(parser, "unknown statement '%s': did you mean '%s'?", word,
				     near);
	return parser_refuse(parser, "unknown statement '%s'", word);
}

static int parse_block(struct parser *parser, struct statements *body)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		if (parser->token->kind != TOKEN_NAME || !parser_is(parser, table[i].word))
			continue;
		struct statement *statement = new_statement(parser, table[i].kind);
		struct opened opened = {table[i].word, statement->line};
		parser->token++;
		append(parser, body, statement);
		return table[i].parse(parser, statement, &opened);
	}
	return unknown_statement(parser);
}

static int parse_print(struct parser *parser, struct statements *body)
{
	struct statement *statement = new_statement(parser, STMT_PRINT);
	append(parser, body, statement);
	statement->value = parse_tuple(parser);
	if (!statement->value)
		return -1;
	if (parser->token->kind != TOKEN_PRINT_END)
		return parser_refuse(parser, "expected '}}', found '%s'", parser_found(parser));
	parser->token++;
	return 0;
}

static int parse_text(struct parser *parser, struct statements *body)
{
	struct statement *statement = new_statement(parser, STMT_TEXT);
	statement->text = parser->token->text;
	statement->text_len = parser->token->len;
	append(parser, body, statement);
	parser->token++;
	return 0;
}

static int unexpected_end(struct parser *parser, const char *const *ends,
			  const struct opened *opened)
{
	const char *last = ends[0];
	for (size_t i = 0; ends[i]; i++)
		last = ends[i];
	return parser_refuse(parser, "expected '%s', found '%s' (the '%s' began at line %u)", last,
			     parser_found(parser), opened->word, opened->line);
}

static bool is_end_word(const struct parser *parser)
{
	static const char *const words[] = {"else", "elif"};
	if (parser->token->kind != TOKEN_NAME)
		return false;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (parser_is(parser, words[i]))
			return true;
	return strncmp(parser->token->text, "end", 3) == 0;
}

static bool is_one_of(const struct parser *parser, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (parser_is(parser, words[i]))
			return true;
	return false;
}

/* Up to a block tag with one of the words of `ends`, at which it stops. */
static int parse_statements(struct parser *parser, const char *const *ends,
			    const struct opened *opened, struct statements *body)
{
	for (;;) {
		int status = 0;
		switch (parser->token->kind) {
		case TOKEN_TEXT:
			status = parse_text(parser, body);
			break;
		case TOKEN_PRINT_BEGIN:
			parser->token++;
			status = parse_print(parser, body);
			break;
		case TOKEN_BLOCK_BEGIN:
			parser->token++;
			if (is_one_of(parser, ends))
				return 0;
			if (is_end_word(parser))
				return opened ? unexpected_end(parser, ends, opened)
					      : parser_refuse(parser, "'%s' without a beginning",
							      parser_found(parser));
			status = parse_block(parser, body);
			break;
		default:
			return opened ? unexpected_end(parser, ends, opened) : 0;
		}
		if (status < 0)
			return -1;
	}
}

static int parse_body(struct parser *parser, const char *const *ends, const struct opened *opened,
		      struct statements *body)
{
	if (++parser->depth > DEEPEST_BLOCK)
		return parser_refuse(parser, "blocks are nested too deeply");
	int status = parse_statements(parser, ends, opened, body);
	parser->depth--;
	return status;
}

int parser_all(struct parser *parser, struct statements *body)
{
	static const char *const none[] = {NULL};
	return parse_statements(parser, none, NULL, body);
}
