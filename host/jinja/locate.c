/* Where output came from, and which variables a template reads. */
#include "host/jinja/tree.h"

#include <string.h>

static size_t offset_of(const struct buf *output, unsigned line, unsigned column)
{
	size_t offset = 0;
	while (line > 1 && offset < output->len)
		line -= output->data[offset++] == '\n';
	while (column > 1 && offset < output->len && output->data[offset] != '\n') {
		offset++;
		column -= offset >= output->len ||
			  ((unsigned char)output->data[offset] & 0xC0) != 0x80;
	}
	return offset;
}

void jinja_locate(const struct jinja_map *map, const struct buf *output, unsigned line,
		  unsigned column, unsigned *template_line, unsigned *template_column)
{
	size_t offset = offset_of(output, line, column), piece = 0;
	*template_line = *template_column = 1;
	if (!map->len)
		return;
	while (piece + 1 < map->len && map->pieces[piece + 1].offset <= offset)
		piece++;
	const struct jinja_piece *found = &map->pieces[piece];
	*template_line = found->line;
	*template_column = found->column;
	for (size_t i = found->offset; found->literal && i < offset; i++) {
		if (output->data[i] == '\n') {
			(*template_line)++;
			*template_column = 1;
		} else if (((unsigned char)output->data[i] & 0xC0) != 0x80) {
			(*template_column)++;
		}
	}
}

static bool expression_reads(const struct expression *expression, const char *name);

static bool any_reads(struct expression *const *items, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (expression_reads(items[i], name))
			return true;
	return false;
}

static bool arguments_read(const struct expression *expression, const char *name)
{
	for (size_t i = 0; i < expression->argument_count; i++)
		if (expression_reads(expression->arguments[i].value, name))
			return true;
	return false;
}

/* Chains lean to the left: that way it is a loop. */
static bool expression_reads(const struct expression *expression, const char *name)
{
	for (; expression; expression = expression->left) {
		if (expression->kind == EXPR_NAME && strcmp(expression->name, name) == 0)
			return true;
		if (arguments_read(expression, name) || expression_reads(expression->right, name) ||
		    any_reads(expression->items, expression->count, name))
			return true;
	}
	return false;
}

/* 1: it reads the name; -1: it sets the name first, so that nothing behind it counts. */
static int statements_read(const struct statements *statements, const char *name);

static bool sets(const struct statement *statement, const char *name)
{
	const struct expression *target = statement->target;
	return (statement->kind == STMT_SET || statement->kind == STMT_CAPTURE) && target &&
	       target->kind == EXPR_NAME && strcmp(target->name, name) == 0;
}

static bool is_file(const struct statement *statement)
{
	return statement->kind == STMT_INCLUDE || statement->kind == STMT_IMPORT ||
	       statement->kind == STMT_FROM;
}

static int statement_reads(const struct statement *statement, const char *name)
{
	if (expression_reads(statement->value, name) || expression_reads(statement->filter, name))
		return 1;
	for (size_t i = 0; i < statement->parameter_count; i++)
		if (expression_reads(statement->parameters[i].fallback, name))
			return 1;
	/* Another file may read anything that it sees. */
	if (statement->kind == STMT_EXTENDS || (is_file(statement) && statement->with_context))
		return 1;
	if (statements_read(&statement->body, name) > 0 ||
	    statements_read(&statement->otherwise, name) > 0)
		return 1;
	return sets(statement, name) ? -1 : 0;
}

static int statements_read(const struct statements *statements, const char *name)
{
	for (size_t i = 0; i < statements->count; i++) {
		int reads = statement_reads(statements->items[i], name);
		if (reads)
			return reads;
	}
	return 0;
}

bool statements_use(const struct statements *statements, const char *name)
{
	return statements_read(statements, name) > 0;
}

bool jinja_reads(const struct jinja_template *tmpl, const char *variable)
{
	return statements_read(&tmpl->body, variable) > 0;
}
