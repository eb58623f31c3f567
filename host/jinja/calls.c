#include "host/jinja/files.h"

#include <string.h>

enum { MOST_PARAMETERS = 8 };

static void add_positional(struct run *run, struct call *call, struct value *value)
{
	if ((call->count & (call->count + 1)) == 0)
		call->positional = arena_grow(run->arena, call->positional, call->count,
					      2 * call->count + 1, sizeof(struct value *));
	call->positional[call->count++] = value;
}

static int add_star(struct run *run, const struct argument *argument, struct value *value,
		    struct call *call)
{
	if (argument->star == '2') {
		if (value->kind != VALUE_MAP) {
			run_fail(run, argument->value, "what follows ** must be a dict");
			return -1;
		}
		for (size_t i = 0; i < value->map.len; i++)
			value_set(run->arena, call->keywords, value->map.entries[i].key,
				  value->map.entries[i].value);
		return 0;
	}
	const struct value *items = iterate(run, argument->value, value);
	for (size_t i = 0; items && i < items->list.len; i++)
		add_positional(run, call, items->list.items[i]);
	return items ? 0 : -1;
}

int evaluate_arguments(struct run *run, const struct expression *at, struct call *call)
{
	call->keywords = value_map(run->arena);
	for (size_t i = 0; i < at->argument_count; i++) {
		const struct argument *argument = &at->arguments[i];
		struct value *value = evaluate(run, argument->value);
		if (!value)
			return -1;
		if (argument->keyword)
			value_set(run->arena, call->keywords, argument->keyword, value);
		else if (!argument->star)
			add_positional(run, call, value);
		else if (add_star(run, argument, value, call) < 0)
			return -1;
	}
	return 0;
}

/* Finds a keyword's place among "!a,!b,c"; -1 where it has none. */
static int parameter_index(const char *parameters, const char *keyword)
{
	size_t len = strlen(keyword);
	for (int i = 0; *parameters; i++) {
		parameters += *parameters == '!';
		size_t word = strcspn(parameters, ",");
		if (word == len && strncmp(parameters, keyword, len) == 0)
			return i;
		parameters += word + (parameters[word] == ',');
	}
	return -1;
}

static size_t count_of(const char *text, char c)
{
	size_t count = 0;
	for (; *text; text++)
		count += *text == c;
	return count;
}

static struct value *positional_list(struct run *run, const struct call *call)
{
	struct value *list = value_list(run->arena);
	for (size_t i = 0; i < call->count; i++)
		value_append(run->arena, list, call->positional[i]);
	return list;
}

struct value *call_function(struct run *run, const struct jinja_function *function,
			    struct value *subject, const struct call *call)
{
	struct value *arguments[MOST_PARAMETERS] = {NULL};
	const char *parameters = function->parameters;
	if (strcmp(parameters, "*") == 0)
		return function->run(
			run, call->at, subject,
			(struct value *[]){positional_list(run, call), call->keywords});
	size_t needed = count_of(parameters, '!');
	size_t most = *parameters ? count_of(parameters, ',') + 1 : 0;
	if (call->count > most)
		return run_fail(run, call->at, "'%s' takes at most %zu argument%s, not %zu",
				function->name, most, most == 1 ? "" : "s", call->count);
	for (size_t i = 0; i < call->count; i++)
		arguments[i] = call->positional[i];
	for (size_t i = 0; i < call->keywords->map.len; i++) {
		const struct value_entry *entry = &call->keywords->map.entries[i];
		int index = parameter_index(parameters, entry->key);
		if (index < 0)
			return run_fail(run, call->at, "'%s' has no argument '%s'", function->name,
					entry->key);
		arguments[index] = entry->value;
	}
	for (size_t i = 0; i < needed; i++)
		if (!arguments[i])
			return run_fail(run, call->at, "'%s' needs %zu argument%s", function->name,
					needed, needed == 1 ? "" : "s");
	return function->run(run, call->at, subject, arguments);
}

static struct value *call_method(struct run *run, const struct method *method,
				 const struct call *call)
{
	return call_function(run, find_method(method->subject, method->name), method->subject,
			     call);
}

struct value *call_value(struct run *run, const struct expression *at, struct value *callee,
			 const struct call *call)
{
	if (object_is(callee, OBJECT_PLACEHOLDER))
		return callee;
	if (object_is(callee, OBJECT_MACRO))
		return call_macro(run, at, callee->object.data, call);
	if (object_is(callee, OBJECT_JOINER)) {
		struct joiner *joiner = callee->object.data;
		struct value *text =
			joiner->used ? joiner->separator : value_string(run->arena, "");
		joiner->used = true;
		return text;
	}
	if (object_is(callee, OBJECT_BLOCK))
		return call_block(run, at, callee->object.data);
	if (object_is(callee, OBJECT_METHOD))
		return call_method(run, callee->object.data, call);
	if (object_is(callee, OBJECT_FUNCTION))
		return call_function(run, callee->object.data, NULL, call);
	/* `loop(items)` in a recursive for: the loop is a map that knows how to go on. */
	struct value *again = value_get(callee, "(call)");
	if (again && call->count == 1)
		return call_loop(run, at, again->object.data, call->positional[0]);
	return run_fail(run, at, "'%s' object is not callable", python_type(callee));
}
