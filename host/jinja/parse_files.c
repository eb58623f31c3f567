/* The statements of templates that are made of several files. */
#include "host/jinja/parser.h"

#include <string.h>

static void parse_context(struct parser *parser, struct statement *statement)
{
	bool with = parser_is(parser, "with");
	if ((!with && !parser_is(parser, "without")) ||
	    strcmp(parser->token[1].text, "context") != 0)
		return;
	statement->with_context = with;
	parser->token += 2;
}

static int end(struct parser *parser)
{
	if (parser->token->kind != TOKEN_BLOCK_END)
		return parser_refuse(parser, "expected '%%}', found '%s'", parser_found(parser));
	parser->token++;
	return 0;
}

int parse_include(struct parser *parser, struct statement *statement, const struct opened *opened)
{
	(void)opened;
	statement->with_context = true;
	statement->value = parse_expression(parser);
	if (!statement->value)
		return -1;
	if (parser_is(parser, "ignore") && strcmp(parser->token[1].text, "missing") == 0) {
		statement->ignore_missing = true;
		parser->token += 2;
	}
	parse_context(parser, statement);
	return end(parser);
}

int parse_import(struct parser *parser, struct statement *statement, const struct opened *opened)
{
	(void)opened;
	statement->value = parse_expression(parser);
	if (!statement->value || parser_expect(parser, "as") < 0)
		return -1;
	statement->name = parser_name(parser);
	if (!statement->name)
		return -1;
	parse_context(parser, statement);
	return end(parser);
}

/* "from 'x' import a, b as c": each parameter is what the name becomes here. */
int parse_from(struct parser *parser, struct statement *statement, const struct opened *opened)
{
	(void)opened;
	statement->value = parse_expression(parser);
	if (!statement->value || parser_expect(parser, "import") < 0)
		return -1;
	while (parser->token->kind == TOKEN_NAME) {
		const char *name = parser_name(parser), *alias = name;
		if (!name || (parser_skip(parser, "as") && !(alias = parser_name(parser))))
			return -1;
		if (*name == '_')
			return parser_refuse(parser, "names that begin with '_' can't be imported");
		struct expression *from = arena_alloc(parser->arena, sizeof *from);
		from->name = name;
		parser_add_parameter(parser, statement, alias, from);
		parse_context(parser, statement);
		if (!parser_skip(parser, ","))
			return end(parser);
	}
	return parser_refuse(parser, "expected a name, found '%s'", parser_found(parser));
}

int parse_extends(struct parser *parser, struct statement *statement, const struct opened *opened)
{
	(void)opened;
	if (parser->tmpl->extends)
		return parser_refuse(parser, "a template extends only one other");
	parser->tmpl->extends = true;
	statement->value = parse_expression(parser);
	return statement->value ? end(parser) : -1;
}

int parse_block_statement(struct parser *parser, struct statement *statement,
			  const struct opened *opened)
{
	statement->name = parser_name(parser);
	if (!statement->name)
		return -1;
	for (const struct statement *known = parser->tmpl->blocks; known; known = known->next_block)
		if (strcmp(known->name, statement->name) == 0)
			return parser_refuse(parser, "the block '%s' is there twice (line %u)",
					     known->name, known->line);
	while (parser->token->kind == TOKEN_NAME) {
		if (parser_skip(parser, "scoped"))
			statement->scoped = true;
		else if (parser_skip(parser, "required"))
			statement->required = true;
		else
			return end(parser);
	}
	statement->next_block = parser->tmpl->blocks;
	parser->tmpl->blocks = statement;
	if (end(parser) < 0 || parser_body(parser, "endblock", opened, &statement->body) < 0)
		return -1;
	parser_skip(parser, statement->name);
	return end(parser);
}
