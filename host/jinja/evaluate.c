#include "host/jinja/files.h"

#include "common/memory.h"
#include "common/nearest.h"
#include "common/own.h"

#include <stdarg.h>
#include <string.h>

struct value *run_fail(struct run *run, const struct expression *at, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	autofree char *message = mem_vprintf(format, args);
	va_end(args);
	error_set_at(run->err, run->tmpl->name, at->line, at->column, "%s", message);
	return NULL;
}

/* --- names --- */

struct value *scope_find(const struct scope *scope, const char *name)
{
	for (; scope; scope = scope->parent) {
		struct value *found = value_get(scope->variables, name);
		if (found)
			return found;
	}
	return NULL;
}

static const char *nearest_variable(const struct scope *scope, const char *name)
{
	const char *best = NULL;
	for (; scope && !best; scope = scope->parent) {
		const struct value_map *map = &scope->variables->map;
		autofree const char **names = mem_alloc(map->len * sizeof *names);
		for (size_t i = 0; i < map->len; i++)
			names[i] = map->entries[i].key;
		best = nearest_name(name, names, map->len);
	}
	return best;
}

static struct value *evaluate_name(struct run *run, const struct expression *expression)
{
	const char *name = expression->name;
	struct value *found = scope_find(run->scope, name);
	if (!found)
		found = find_global(run, name);
	if (found)
		return found;
	if (strcmp(name, "self") == 0)
		return object_new(run, OBJECT_SELF, NULL);
	const char *near = nearest_variable(run->scope, name);
	if (near)
		return undefined_new(run, "'%s' is undefined: did you mean '%s'?", name, near);
	return undefined_new(run, "'%s' is undefined", name);
}

/* --- attributes and items --- */

static struct value *bind_method(struct run *run, struct value *subject, const char *name)
{
	if (!find_method(subject, name))
		return NULL;
	struct method *method = arena_alloc(run->arena, sizeof *method);
	method->subject = subject;
	method->name = name;
	return object_new(run, OBJECT_METHOD, method);
}

static struct value *no_attribute(struct run *run, const struct value *subject, const char *name)
{
	return undefined_new(run, "'%s object' has no attribute '%s'", python_type(subject), name);
}

struct value *get_attribute(struct run *run, struct value *subject, const char *name)
{
	if (object_is(subject, OBJECT_PLACEHOLDER))
		return subject;
	if (object_is(subject, OBJECT_SELF))
		return self_attribute(run, name);
	struct value *method = bind_method(run, subject, name);
	if (method)
		return method;
	struct value *found = value_get(subject, name);
	return found ? found : no_attribute(run, subject, name);
}

struct value *get_item(struct run *run, const struct expression *at, struct value *subject,
		       struct value *index)
{
	if (!need_defined(run, at, subject) || !need_defined(run, at, index))
		return NULL;
	if (object_is(subject, OBJECT_PLACEHOLDER))
		return subject;
	if (index->kind == VALUE_STRING) {
		struct value *found = value_getn(subject, index->string.data, index->string.len);
		return found ? found : get_attribute(run, subject, index->string.data);
	}
	if (index->kind == VALUE_INT && subject->kind == VALUE_MAP) {
		autofree char *key = mem_printf("%lld", (long long)index->integer);
		struct value *found = value_get(subject, key);
		return found ? found : no_attribute(run, subject, key);
	}
	if (index->kind != VALUE_INT ||
	    (subject->kind != VALUE_LIST && subject->kind != VALUE_STRING))
		return undefined_new(run, "'%s object' has no such item", python_type(subject));
	const struct value *items = iterate(run, at, subject);
	int64_t len = (int64_t)items->list.len;
	int64_t i = index->integer < 0 ? index->integer + len : index->integer;
	if (i < 0 || i >= len)
		return undefined_new(run, "'%s object' has no element %lld", python_type(subject),
				     (long long)index->integer);
	return items->list.items[i];
}

static struct value *evaluate_attribute(struct run *run, const struct expression *expression)
{
	struct value *subject =
		need_defined(run, expression->left, evaluate(run, expression->left));
	return subject ? get_attribute(run, subject, expression->name) : NULL;
}

static struct value *evaluate_index(struct run *run, const struct expression *expression)
{
	struct value *subject = evaluate(run, expression->left);
	struct value *index = subject ? evaluate(run, expression->right) : NULL;
	return index ? get_item(run, expression->left, subject, index) : NULL;
}

static struct value *evaluate_slice(struct run *run, const struct expression *expression)
{
	struct value *parts[3] = {NULL};
	struct value *subject =
		need_defined(run, expression->left, evaluate(run, expression->left));
	if (!subject)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (expression->items[i] && !(parts[i] = evaluate(run, expression->items[i])))
			return NULL;
	if (object_is(subject, OBJECT_PLACEHOLDER))
		return subject;
	return slice(run, expression, subject, parts[0], parts[1], parts[2]);
}

/* --- literals --- */

static struct value *evaluate_list(struct run *run, const struct expression *expression)
{
	struct value *list =
		expression->kind == EXPR_TUPLE ? tuple_new(run) : value_list(run->arena);
	for (size_t i = 0; i < expression->count; i++) {
		struct value *item = evaluate(run, expression->items[i]);
		if (!item)
			return NULL;
		value_append(run->arena, list, item);
	}
	return list;
}

static struct value *evaluate_dict(struct run *run, const struct expression *expression)
{
	struct value *map = value_map(run->arena);
	for (size_t i = 0; i < expression->count; i += 2) {
		const struct expression *at = expression->items[i];
		struct value *key = need_defined(run, at, evaluate(run, at));
		struct value *value = key ? evaluate(run, expression->items[i + 1]) : NULL;
		if (!value)
			return NULL;
		const struct value *text = text_of(run, key);
		value_setn(run->arena, map, text->string.data, text->string.len, value);
	}
	return map;
}

/* --- operators --- */

static int evaluate_truth(struct run *run, const struct expression *expression, bool *is_true)
{
	struct value *value = evaluate(run, expression);
	return value ? truth(run, expression, value, is_true) : -1;
}

static struct value *evaluate_unary(struct run *run, const struct expression *expression)
{
	bool is_true;
	if (strcmp(expression->name, "not") == 0)
		return evaluate_truth(run, expression->left, &is_true) == 0
			       ? value_bool(run->arena, !is_true)
			       : NULL;
	struct value *value = evaluate(run, expression->left);
	if (!value || strcmp(expression->name, "-") == 0)
		return value ? negate(run, expression->left, value) : NULL;
	return need_defined(run, expression->left, value);
}

/* `and` and `or` give one of their operands, as in Python. */
static struct value *apply_binary(struct run *run, const struct expression *expression,
				  struct value *left)
{
	bool is_true;
	bool and = strcmp(expression->name, "and") == 0;
	if (and || strcmp(expression->name, "or") == 0) {
		if (truth(run, expression->left, left, &is_true) < 0)
			return NULL;
		return is_true == and? evaluate(run, expression->right) : left;
	}
	struct value *right = evaluate(run, expression->right);
	return right ? operate(run, expression, expression->name, left, right) : NULL;
}

/* A chain a + b + c... leans to the left: its length is no depth of recursion. */
static struct value *evaluate_binary(struct run *run, const struct expression *expression)
{
	size_t count = 0;
	const struct expression *at = expression;
	for (; at->kind == EXPR_BINARY; at = at->left)
		count++;
	autofree const struct expression **chain = mem_alloc(count * sizeof *chain);
	at = expression;
	for (size_t i = count; i-- > 0; at = at->left)
		chain[i] = at;
	struct value *value = evaluate(run, at);
	for (size_t i = 0; value && i < count; i++)
		value = apply_binary(run, chain[i], value);
	return value;
}

static struct value *evaluate_compare(struct run *run, const struct expression *expression)
{
	bool is_true = true;
	struct value *left = evaluate(run, expression->left);
	for (size_t i = 0; left && is_true && i < expression->count; i++) {
		const struct expression *next = expression->items[i];
		struct value *right = evaluate(run, next->left);
		if (!right || compare(run, next->left, next->name, left, right, &is_true) < 0)
			return NULL;
		left = right;
	}
	return left ? value_bool(run->arena, is_true) : NULL;
}

static struct value *evaluate_condition(struct run *run, const struct expression *expression)
{
	bool is_true;
	if (evaluate_truth(run, expression->right, &is_true) < 0)
		return NULL;
	if (is_true)
		return evaluate(run, expression->left);
	if (expression->items[0])
		return evaluate(run, expression->items[0]);
	return undefined_new(
		run, "the inline if-expression evaluated to false and no else section was defined");
}

/* --- calls, filters, tests --- */

static struct value *evaluate_call(struct run *run, const struct expression *expression)
{
	struct call call = {.at = expression};
	struct value *callee = need_defined(run, expression->left, evaluate(run, expression->left));
	if (!callee || evaluate_arguments(run, expression, &call) < 0)
		return NULL;
	return call_value(run, expression, callee, &call);
}

struct value *evaluate_filter(struct run *run, const struct expression *filter,
			      struct value *captured)
{
	const struct jinja_function *function = find_filter(filter->name);
	struct call call = {.at = filter};
	if (!function) {
		const char *near = nearest_filter(filter->name);
		return run_fail(run, filter, "no filter named '%s'%s%s%s", filter->name,
				near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
	struct value *subject = captured;
	if (filter->left)
		subject = filter->left->kind == EXPR_FILTER && captured
				  ? evaluate_filter(run, filter->left, captured)
				  : evaluate(run, filter->left);
	if (!subject || evaluate_arguments(run, filter, &call) < 0)
		return NULL;
	return call_function(run, function, subject, &call);
}

static struct value *evaluate_test(struct run *run, const struct expression *expression)
{
	bool is_true;
	struct call call = {.at = expression};
	struct value *subject = evaluate(run, expression->left);
	if (!subject || evaluate_arguments(run, expression, &call) < 0 ||
	    apply_test(run, expression, expression->name, subject, &call, &is_true) < 0)
		return NULL;
	return value_bool(run->arena, is_true);
}

static struct value *evaluate_filter_expression(struct run *run,
						const struct expression *expression)
{
	return evaluate_filter(run, expression, NULL);
}

static struct value *evaluate_literal(struct run *run, const struct expression *expression)
{
	(void)run;
	return expression->literal;
}

struct value *evaluate(struct run *run, const struct expression *expression)
{
	static struct value *(*const kinds[])(struct run *, const struct expression *) = {
		[EXPR_LITERAL] = evaluate_literal,     [EXPR_NAME] = evaluate_name,
		[EXPR_LIST] = evaluate_list,           [EXPR_TUPLE] = evaluate_list,
		[EXPR_DICT] = evaluate_dict,           [EXPR_ATTRIBUTE] = evaluate_attribute,
		[EXPR_INDEX] = evaluate_index,         [EXPR_SLICE] = evaluate_slice,
		[EXPR_CALL] = evaluate_call,           [EXPR_FILTER] = evaluate_filter_expression,
		[EXPR_TEST] = evaluate_test,           [EXPR_UNARY] = evaluate_unary,
		[EXPR_BINARY] = evaluate_binary,       [EXPR_COMPARE] = evaluate_compare,
		[EXPR_CONDITION] = evaluate_condition,
	};
	if (++run->nesting > RUN_MOST_NESTING)
		return run_fail(run, expression, "calls and blocks are nested too deeply");
	struct value *value = kinds[expression->kind](run, expression);
	run->nesting--;
	return value;
}
