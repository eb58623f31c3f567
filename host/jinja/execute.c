#include "host/jinja/files.h"

#include "common/own.h"

#include <string.h>

/* In the arena: a macro may outlive the block it was defined in. */
void push_scope(struct run *run)
{
	struct scope *scope = arena_alloc(run->arena, sizeof *scope);
	scope->variables = value_map(run->arena);
	scope->parent = run->scope;
	run->scope = scope;
}

void pop_scope(struct run *run)
{
	run->scope = run->scope->parent;
}

/* --- output --- */

static void add_piece(struct run *run, const struct statement *statement, bool literal)
{
	struct jinja_map *map = run->map;
	if (!map)
		return;
	if (map->len == map->cap) {
		size_t cap = map->cap ? map->cap * 2 : 64;
		map->pieces =
			arena_grow(run->arena, map->pieces, map->len, cap, sizeof *map->pieces);
		map->cap = cap;
	}
	if (run->tmpl != run->main) {
		statement = run->entry;
		literal = false;
	}
	map->pieces[map->len++] = (struct jinja_piece){.offset = run->out->len,
						       .line = statement->line,
						       .column = statement->column,
						       .literal = literal};
}

static int execute_text(struct run *run, const struct statement *statement)
{
	add_piece(run, statement, true);
	buf_add(run->out, statement->text, statement->text_len);
	return NORMAL;
}

static int execute_print(struct run *run, const struct statement *statement)
{
	struct value *value = evaluate(run, statement->value);
	if (!value || !need_defined(run, statement->value, value) ||
	    check_printable(run, statement->value, value) < 0)
		return FAILED;
	add_piece(run, statement, false);
	write_text(run->out, value);
	if (run->out->len > RUN_MOST_OUTPUT || run->arena->used > RUN_MOST_MEMORY) {
		run_fail(run, statement->value, "the rendering is too large");
		return FAILED;
	}
	return NORMAL;
}

void capture_begin(struct run *run, struct captured *captured)
{
	*captured = (struct captured){.out = run->out, .map = run->map};
	run->out = &captured->text;
	run->map = NULL;
}

struct value *capture_end(struct run *run, struct captured *captured, int status)
{
	run->out = captured->out;
	run->map = captured->map;
	struct value *string = status < 0 ? NULL
					  : value_stringn(run->arena, buf_text(&captured->text),
							  captured->text.len);
	buf_free(&captured->text);
	return string;
}

struct value *capture(struct run *run, const struct statements *body)
{
	auto_captured struct captured captured = {0};
	capture_begin(run, &captured);
	return capture_end(run, &captured, execute_body(run, body));
}

/* --- assignment --- */

static int unpack(struct run *run, const struct expression *target, struct value *value)
{
	const struct value *items = iterate(run, target, value);
	if (!items)
		return FAILED;
	if (items->list.len != target->count) {
		run_fail(run, target, "%zu names are assigned %zu values", target->count,
			 items->list.len);
		return FAILED;
	}
	for (size_t i = 0; i < target->count; i++)
		if (assign(run, target->items[i], items->list.items[i]) < 0)
			return FAILED;
	return NORMAL;
}

/* `ns.name = value`: only namespaces may be changed. */
static int assign_attribute(struct run *run, const struct expression *target, struct value *value)
{
	struct value *subject = evaluate(run, target->left);
	if (!subject)
		return FAILED;
	bool namespace = subject->kind == VALUE_MAP && subject->type &&
			 strcmp(subject->type, "namespace") == 0;
	if (!namespace) {
		run_fail(run, target->left, "only attributes of a namespace can be assigned");
		return FAILED;
	}
	value_set(run->arena, subject, target->name, value);
	return NORMAL;
}

int assign(struct run *run, const struct expression *target, struct value *value)
{
	if (target->kind == EXPR_TUPLE)
		return unpack(run, target, value);
	if (target->kind == EXPR_ATTRIBUTE)
		return assign_attribute(run, target, value);
	value_set(run->arena, run->scope->variables, target->name, value);
	return NORMAL;
}

static int execute_set(struct run *run, const struct statement *statement)
{
	struct value *value = evaluate(run, statement->value);
	return value ? assign(run, statement->target, value) : FAILED;
}

static int execute_capture(struct run *run, const struct statement *statement)
{
	push_scope(run);
	struct value *value = capture(run, &statement->body);
	pop_scope(run);
	if (value && statement->filter)
		value = evaluate_filter(run, statement->filter, value);
	return value ? assign(run, statement->target, value) : FAILED;
}

/* --- if, call --- */

static int execute_if(struct run *run, const struct statement *statement)
{
	bool is_true;
	struct value *value = evaluate(run, statement->value);
	if (!value || truth(run, statement->value, value, &is_true) < 0)
		return FAILED;
	return execute_body(run, is_true ? &statement->body : &statement->otherwise);
}

int go_deeper(struct run *run, const struct expression *at)
{
	if (++run->depth <= RUN_DEEPEST)
		return 0;
	run_fail(run, at, "calls are nested too deeply");
	return -1;
}

/* The body becomes a macro named `caller` for the macro that is called. */
static int execute_call(struct run *run, const struct statement *statement)
{
	const struct expression *at = statement->value;
	struct call call = {.at = at};
	struct value *callee = need_defined(run, at->left, evaluate(run, at->left));
	if (!callee || evaluate_arguments(run, at, &call) < 0)
		return FAILED;
	value_set(run->arena, call.keywords, "caller", new_macro(run, statement));
	struct value *text = call_value(run, at, callee, &call);
	if (!text)
		return FAILED;
	add_piece(run, statement, false);
	write_text(run->out, text);
	return NORMAL;
}

/* --- the rest --- */

static int execute_filter(struct run *run, const struct statement *statement)
{
	push_scope(run);
	struct value *text = capture(run, &statement->body);
	pop_scope(run);
	if (text)
		text = evaluate_filter(run, statement->value, text);
	if (!text)
		return FAILED;
	add_piece(run, statement, false);
	write_text(run->out, text);
	return NORMAL;
}

/* The values are those outside: the new names are seen by the body alone. */
static int execute_with(struct run *run, const struct statement *statement)
{
	struct value *variables = value_map(run->arena);
	for (size_t i = 0; i < statement->parameter_count; i++) {
		struct value *value = evaluate(run, statement->parameters[i].fallback);
		if (!value)
			return FAILED;
		value_set(run->arena, variables, statement->parameters[i].name, value);
	}
	push_scope(run);
	run->scope->variables = variables;
	int status = execute_body(run, &statement->body);
	pop_scope(run);
	return status;
}

static int execute_do(struct run *run, const struct statement *statement)
{
	return evaluate(run, statement->value) ? NORMAL : FAILED;
}

static int execute_break(struct run *run, const struct statement *statement)
{
	(void)run;
	(void)statement;
	return BROKE;
}

static int execute_continue(struct run *run, const struct statement *statement)
{
	(void)run;
	(void)statement;
	return CONTINUED;
}

/* What a template that extends another does for its parent's output only. */
static bool prints(const struct statement *statement)
{
	return statement->kind == STMT_TEXT || statement->kind == STMT_PRINT ||
	       statement->kind == STMT_BLOCK || statement->kind == STMT_INCLUDE ||
	       statement->kind == STMT_CALL || statement->kind == STMT_FILTER;
}

int execute_body(struct run *run, const struct statements *statements)
{
	static int (*const kinds[])(struct run *, const struct statement *) = {
		[STMT_TEXT] = execute_text,
		[STMT_PRINT] = execute_print,
		[STMT_IF] = execute_if,
		[STMT_FOR] = execute_for,
		[STMT_SET] = execute_set,
		[STMT_CAPTURE] = execute_capture,
		[STMT_MACRO] = execute_macro,
		[STMT_CALL] = execute_call,
		[STMT_FILTER] = execute_filter,
		[STMT_WITH] = execute_with,
		[STMT_DO] = execute_do,
		[STMT_BREAK] = execute_break,
		[STMT_CONTINUE] = execute_continue,
		[STMT_INCLUDE] = execute_include,
		[STMT_IMPORT] = execute_import,
		[STMT_FROM] = execute_from,
		[STMT_EXTENDS] = execute_extends,
		[STMT_BLOCK] = execute_block,
	};
	int status = NORMAL;
	run->nesting++; /* evaluate() tells when there is too much */
	for (size_t i = 0; status == NORMAL && i < statements->count; i++) {
		const struct statement *statement = statements->items[i];
		if (run->muted != run->out || !prints(statement))
			status = kinds[statement->kind](run, statement);
	}
	run->nesting--;
	return status;
}

int jinja_render(const struct jinja_template *tmpl, const struct value *context,
		 struct arena *arena, struct buf *out, struct jinja_map *map, struct error *err)
{
	struct scope given = {.variables = (struct value *)context};
	struct scope own = {.variables = value_map(arena), .parent = &given};
	struct run run = {.main = tmpl,
			  .arena = arena,
			  .scope = &own,
			  .top = &own,
			  .blocks = value_map(arena),
			  .out = out,
			  .map = map,
			  .err = err};
	int status = execute_template(&run, tmpl);
	if (run.letters)
		freelocale(run.letters);
	return status == FAILED ? -1 : 0;
}
