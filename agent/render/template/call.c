#include "agent/render/template/evaluate.h"

#include "agent/render/functions/functions.h"

#include <string.h>

struct signature {
	size_t fixed;
	bool variadic;
};

static struct signature signature_of(const struct function *function)
{
	size_t len = strlen(function->params);
	bool variadic = len && function->params[len - 1] == '*';
	return (struct signature){variadic ? len - 2 : len, variadic};
}

static bool count_fits(struct state *state, const struct function *function, size_t given,
		       bool has_final)
{
	struct signature signature = signature_of(function);
	size_t all = given + has_final;
	if (signature.variadic && all < signature.fixed)
		state_fail(state, "wrong number of args for %s: want at least %zu got %zu",
			   function->name, signature.fixed, given);
	else if (!signature.variadic && all != signature.fixed)
		state_fail(state, "wrong number of args for %s: want %zu got %zu", function->name,
			   signature.fixed, all);
	else
		return true;
	return false;
}

static char parameter_at(const struct function *function, size_t at)
{
	struct signature signature = signature_of(function);
	return function->params[at < signature.fixed ? at : signature.fixed];
}

static struct value **arguments(struct state *state, struct value *dot,
				const struct function *function, const struct nodes *words,
				struct value *final, size_t *count)
{
	size_t given = words && words->len ? words->len - 1 : 0;
	struct value **args =
		arena_alloc(state->rendering->arena, (given + 1) * sizeof(struct value *));
	for (size_t i = 0; i < given; i++) {
		args[i] = eval_argument(state, dot, parameter_at(function, i), words->items[i + 1]);
		if (!args[i])
			return NULL;
	}
	*count = given;
	if (final) {
		args[given] = eval_check(state, final, parameter_at(function, given));
		if (!args[given])
			return NULL;
		(*count)++;
	}
	return args;
}

/* and, or: the first argument that decides is the result, the rest is not looked at. */
static struct value *short_circuit(struct state *state, struct value *dot, bool until,
				   const struct nodes *words, struct value *final)
{
	struct value *value = NULL;
	for (size_t i = 1; words && i < words->len; i++) {
		value = eval_argument(state, dot, 'v', words->items[i]);
		if (!value || type_truth(value) == until)
			return value;
	}
	return final ? final : value;
}

static struct value *failed_call(struct state *state, const struct function *function,
				 const struct node *node, struct error *failed)
{
	state->at = node;
	if (failed->exit_code)
		error_class(state->rendering->err, failed->exit_code, failed->code);
	return state_fail(state, "error calling %s: %s", function->name, failed->message);
}

struct value *eval_call(struct state *state, struct value *dot, const struct function *function,
			const struct node *node, const struct nodes *words, struct value *final,
			struct value *receiver)
{
	size_t given = words && words->len ? words->len - 1 : 0;
	if (!count_fits(state, function, given, final != NULL))
		return NULL;
	if (!function->call)
		return short_circuit(state, dot, function->name[0] == 'o', words, final);
	struct call call = {.state = state, .arena = state->rendering->arena, .receiver = receiver};
	call.args = arguments(state, dot, function, words, final, &call.count);
	if (!call.args)
		return NULL;
	auto_error struct error failed = {0};
	struct value *result = function->call(&call, &failed);
	if (!result)
		return failed_call(state, function, node, &failed);
	return state_within_bounds(state) ? result : NULL;
}

static bool is_denied(const struct rendering *rendering, const char *name)
{
	for (const char *const *at = rendering->denylist; at && *at; at++)
		if (strcmp(*at, name) == 0)
			return true;
	return false;
}

struct value *eval_function(struct state *state, struct value *dot, const struct node *name,
			    const struct node *command, const struct nodes *words,
			    struct value *final)
{
	state->at = name;
	const struct function *function =
		(state->rendering->find ? state->rendering->find : function_find)(name->text,
										  name->len);
	if (!function)
		return state_fail(state, "\"%s\" is not a defined function", name->text);
	if (is_denied(state->rendering, function->name)) {
		state->at = command;
		return state_fail(state, "error calling %s: function is disabled", function->name);
	}
	return eval_call(state, dot, function, command, words, final, NULL);
}
