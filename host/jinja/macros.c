/* Macros: how they are made, and how a call binds their parameters. */
#include "host/jinja/runtime.h"

#include <string.h>

struct value *new_macro(struct run *run, const struct statement *statement)
{
	struct macro *macro = arena_alloc(run->arena, sizeof *macro);
	macro->statement = statement;
	macro->scope = run->scope;
	macro->tmpl = run->tmpl;
	macro->takes_more = statements_use(&statement->body, "varargs");
	macro->takes_keywords = statements_use(&statement->body, "kwargs");
	return object_new(run, OBJECT_MACRO, macro);
}

int execute_macro(struct run *run, const struct statement *statement)
{
	value_set(run->arena, run->scope->variables, statement->name, new_macro(run, statement));
	return 0;
}

static int bind_parameter(struct run *run, const struct statement *statement, size_t i,
			  const struct call *call, size_t *used_keywords)
{
	const struct parameter *parameter = &statement->parameters[i];
	struct value *value = i < call->count ? call->positional[i] : NULL;
	struct value *keyword = value_get(call->keywords, parameter->name);
	*used_keywords += keyword != NULL;
	if (keyword && value) {
		run_fail(run, call->at, "the argument '%s' is given twice", parameter->name);
		return -1;
	}
	if (!value)
		value = keyword;
	if (!value && parameter->fallback)
		value = evaluate(run, parameter->fallback);
	else if (!value)
		value = undefined_new(run, "the parameter '%s' was not provided", parameter->name);
	if (!value)
		return -1;
	value_set(run->arena, run->scope->variables, parameter->name, value);
	return 0;
}

/* What no parameter takes, for macros that use `varargs` and `kwargs`. */
static void bind_rest(struct run *run, const struct macro *macro, const struct call *call)
{
	const struct statement *statement = macro->statement;
	struct value *more = tuple_new(run), *keywords = value_map(run->arena);
	for (size_t i = statement->parameter_count; i < call->count; i++)
		value_append(run->arena, more, call->positional[i]);
	for (size_t i = 0; i < call->keywords->map.len; i++) {
		const struct value_entry *entry = &call->keywords->map.entries[i];
		bool known = false;
		for (size_t j = 0; j < statement->parameter_count; j++)
			known |= strcmp(statement->parameters[j].name, entry->key) == 0;
		if (!known)
			value_set(run->arena, keywords, entry->key, entry->value);
	}
	if (macro->takes_more)
		value_set(run->arena, run->scope->variables, "varargs", more);
	if (macro->takes_keywords)
		value_set(run->arena, run->scope->variables, "kwargs", keywords);
}

static int bind_parameters(struct run *run, const struct macro *macro, const struct call *call)
{
	const struct statement *statement = macro->statement;
	size_t keywords = 0, count = statement->parameter_count;
	for (size_t i = 0; i < count; i++)
		if (bind_parameter(run, statement, i, call, &keywords) < 0)
			return -1;
	if ((call->count > count && !macro->takes_more) ||
	    (call->keywords->map.len > keywords && !macro->takes_keywords)) {
		run_fail(run, call->at, "'%s' takes %zu argument%s: there are more, or others",
			 statement->name ? statement->name : "caller", count,
			 count == 1 ? "" : "s");
		return -1;
	}
	bind_rest(run, macro, call);
	return 0;
}

static struct value *without(struct run *run, const struct value *map, const char *key)
{
	struct value *copy = value_map(run->arena);
	for (size_t i = 0; i < map->map.len; i++)
		if (strcmp(map->map.entries[i].key, key) != 0)
			value_set(run->arena, copy, map->map.entries[i].key,
				  map->map.entries[i].value);
	return copy;
}

struct value *call_macro(struct run *run, const struct expression *at, struct macro *macro,
			 const struct call *call)
{
	struct scope *before = run->scope;
	const struct jinja_template *tmpl = run->tmpl;
	struct value *text = NULL;
	struct call own = *call;
	if (go_deeper(run, at) < 0)
		return NULL;
	run->scope = macro->scope;
	run->tmpl = macro->tmpl;
	push_scope(run);
	struct value *caller = value_get(call->keywords, "caller");
	if (caller) {
		value_set(run->arena, run->scope->variables, "caller", caller);
		own.keywords = without(run, call->keywords, "caller");
	}
	if (bind_parameters(run, macro, &own) == 0)
		text = capture(run, &macro->statement->body);
	run->scope = before;
	run->tmpl = tmpl;
	run->depth--;
	return text;
}
