#include "agent/render/template/evaluate.h"

#include "agent/render/functions/functions.h"

#include "agent/render/template/literal.h"
#include "agent/render/template/strconv.h"

#include <string.h>

struct value *eval_element(struct state *state, struct value *value)
{
	if (value->kind == VALUE_NULL && !value->type)
		return type_nil(state->rendering->arena);
	return value;
}

static void *fail_with_node(struct state *state, const char *format, const struct node *node)
{
	auto_buf struct buf text = {0};
	node_text(&text, node);
	/* The formats are the literals of this file. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return state_fail(state, format, buf_text(&text));
#pragma GCC diagnostic pop
}

static struct value *complex_value(struct state *state, const struct number *number)
{
	struct arena *arena = state->rendering->arena;
	double *parts = arena_alloc(arena, 2 * sizeof *parts);
	parts[0] = number->real;
	parts[1] = number->imaginary;
	return value_object(arena, &class_complex, parts);
}

struct value *eval_constant(struct state *state, const struct node *node)
{
	const struct number *number = node->number;
	state->at = node;
	if (number->is_complex)
		return complex_value(state, number);
	if (number->is_float && !literal_is_integer(node->text, node->len))
		return value_float(state->rendering->arena, number->real);
	if (number->is_int)
		return value_int(state->rendering->arena, number->integer);
	return state_fail(state, "%.*s overflows int", (int)node->len, node->text);
}

static const struct function *find_method(const struct value *receiver, const char *name)
{
	const struct class *class = NULL;
	if (receiver->kind == VALUE_OBJECT)
		class = receiver->object.class;
	else if (receiver->kind == VALUE_MAP && receiver->type)
		class = function_class(receiver->type);
	for (const struct function *at = class ? class->methods : NULL; at && at->name; at++)
		if (strcmp(at->name, name) == 0)
			return at;
	return NULL;
}

static struct value *map_entry(struct state *state, struct value *map, const struct word *name,
			       bool has_arguments)
{
	if (has_arguments)
		return state_fail(state, "%s is not a method but has arguments", name->text);
	struct value *found = value_getn(map, name->text, name->len);
	if (found)
		return eval_element(state, found);
	if (state->rendering->error_on_missing_key)
		return state_fail(state, "map has no entry for key \"%s\"", name->text);
	return type_zero_element(state->rendering->arena, map);
}

struct access {
	const struct node *node;
	const struct nodes *words; /* of the command, for a method's arguments; or NULL */
	struct value *final;
	const char *type; /* the receiver's, as errors show it */
};

/* Go sees what comes out of a map or list of anything as an interface. */
static const char *shown_type(const struct value *container, const struct value *value)
{
	bool anything = container && container->kind == VALUE_MAP && !container->type;
	return anything ? "interface {}" : type_name(value);
}

/* What is behind one dot: a method, a struct's field or a map's entry. */
static struct value *eval_field(struct state *state, struct value *dot, const struct word *name,
				struct value *receiver, const struct access *access)
{
	bool has_arguments = (access->words && access->words->len > 1) || access->final;
	if (receiver->kind == VALUE_NULL && receiver->type)
		return state_fail(state, "nil pointer evaluating %s.%s", receiver->type,
				  name->text);
	if (receiver->kind == VALUE_NULL) {
		if (state->rendering->error_on_missing_key)
			return state_fail(state, "nil data; no entry for key \"%s\"", name->text);
		return state->rendering->nothing;
	}
	const struct function *method = find_method(receiver, name->text);
	if (method)
		return eval_call(state, dot, method, access->node, access->words, access->final,
				 receiver);
	if (receiver->kind == VALUE_MAP && !type_is_struct(receiver))
		return map_entry(state, receiver, name, has_arguments);
	struct value *field = value_getn(receiver, name->text, name->len);
	if (field && has_arguments)
		return state_fail(state, "%s has arguments but cannot be invoked as function",
				  name->text);
	if (field)
		return eval_element(state, field);
	return state_fail(state, "can't evaluate field %s in type %s", name->text, access->type);
}

static struct value *eval_fields(struct state *state, struct value *dot, struct value *receiver,
				 const struct node *node, size_t first, const struct nodes *words,
				 struct value *final)
{
	struct value *container = NULL;
	for (size_t i = first; i < node->word_count && receiver; i++) {
		bool last = i + 1 == node->word_count;
		struct access access = {node, last ? words : NULL, last ? final : NULL,
					shown_type(container, receiver)};
		container = receiver;
		receiver = eval_field(state, dot, &node->words[i], receiver, &access);
	}
	return receiver;
}

static struct value *eval_chain(struct state *state, struct value *dot, const struct node *chain,
				const struct nodes *words, struct value *final)
{
	state->at = chain;
	if (chain->pipe->kind == NODE_NIL)
		return fail_with_node(state, "indirection through explicit nil in %s", chain);
	struct value *head = eval_argument(state, dot, '\0', chain->pipe);
	return head ? eval_fields(state, dot, head, chain, 0, words, final) : NULL;
}

static struct value *no_function(struct state *state, const struct nodes *words)
{
	return fail_with_node(state, "can't give argument to non-function %s", words->items[0]);
}

static struct value *find_variable(struct state *state, const char *name)
{
	for (size_t i = state->variable_count; i-- > 0;)
		if (strcmp(state->variables[i].name, name) == 0)
			return state->variables[i].value;
	return state_fail(state, "undefined variable: %s", name);
}

static struct value *eval_variable(struct state *state, struct value *dot,
				   const struct node *variable, const struct nodes *words,
				   struct value *final)
{
	state->at = variable;
	struct value *value = find_variable(state, variable->words[0].text);
	if (!value || variable->word_count > 1)
		return value ? eval_fields(state, dot, value, variable, 1, words, final) : NULL;
	return (words && words->len > 1) || final ? no_function(state, words) : value;
}

static struct value *eval_field_node(struct state *state, struct value *dot,
				     const struct node *field, const struct nodes *words,
				     struct value *final)
{
	state->at = field;
	return eval_fields(state, dot, dot, field, 0, words, final);
}

static struct value *eval_plain(struct state *state, struct value *dot, const struct node *word)
{
	switch (word->kind) {
	case NODE_BOOL:
	case NODE_STRING:
		return word->value;
	case NODE_DOT:
		return dot;
	case NODE_NUMBER:
		return eval_constant(state, word);
	default:
		return state_fail(state, "nil is not a command");
	}
}

static struct value *eval_command(struct state *state, struct value *dot,
				  const struct node *command, struct value *final)
{
	const struct nodes *words = &command->items;
	const struct node *first = words->items[0];
	switch (first->kind) {
	case NODE_FIELD:
		return eval_field_node(state, dot, first, words, final);
	case NODE_CHAIN:
		return eval_chain(state, dot, first, words, final);
	case NODE_IDENTIFIER:
		return eval_function(state, dot, first, command, words, final);
	case NODE_VARIABLE:
		return eval_variable(state, dot, first, words, final);
	default:
		break;
	}
	if (first->kind != NODE_PIPE)
		state->at = first;
	if (words->len > 1 || final)
		return no_function(state, words);
	return first->kind == NODE_PIPE ? eval_pipeline(state, dot, first)
					: eval_plain(state, dot, first);
}

static bool set_variables(struct state *state, const struct node *pipe, struct value *value)
{
	for (size_t i = 0; i < pipe->declared.len; i++) {
		const char *name = pipe->declared.items[i]->words[0].text;
		if (!pipe->assigns)
			state_declare(state, name, value);
		else if (!state_assign(state, name, value))
			return false;
	}
	return true;
}

struct value *eval_pipeline(struct state *state, struct value *dot, const struct node *pipe)
{
	if (!state_enter(state))
		return NULL;
	struct value *value = NULL;
	state->at = pipe;
	for (size_t i = 0; i < pipe->items.len; i++) {
		value = eval_command(state, dot, pipe->items.items[i], value);
		if (!value)
			return NULL;
		if (value->kind == VALUE_NULL)
			value = state->rendering->nothing;
	}
	state_leave(state);
	return set_variables(state, pipe, value) ? value : NULL;
}

static struct value *eval_reference(struct state *state, struct value *dot, const struct node *node)
{
	switch (node->kind) {
	case NODE_DOT:
		return dot;
	case NODE_FIELD:
		return eval_field_node(state, dot, node, NULL, NULL);
	case NODE_VARIABLE:
		return eval_variable(state, dot, node, NULL, NULL);
	case NODE_PIPE:
		return eval_pipeline(state, dot, node);
	case NODE_IDENTIFIER:
		return eval_function(state, dot, node, node, NULL, NULL);
	default:
		return eval_chain(state, dot, node, NULL, NULL);
	}
}

/* A parameter's type by its letter: which literals fit it and how it is called. */
static const struct parameter {
	char letter;
	enum value_kind kind;
	const char *name, *literal;
	const char *also; /* another type that can be assigned to it */
} parameters[] = {
	{'s', VALUE_STRING, "string", "string", NULL},
	{'i', VALUE_INT, "int", "integer", NULL},
	{'I', VALUE_INT, "int64", "integer", NULL},
	{'b', VALUE_BOOL, "bool", "bool", NULL},
	{'f', VALUE_FLOAT, "float64", "float", NULL},
	{'M', VALUE_MAP, "map[string]interface {}", NULL, NULL},
	{'S', VALUE_LIST, "[]string", NULL, "dependency.ServiceTags"},
	{'P', VALUE_LIST, "[]*dependency.KeyPair", NULL, NULL},
};

static const struct parameter *find_parameter(char letter)
{
	for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
		if (parameters[i].letter == letter)
			return &parameters[i];
	return NULL;
}

struct value *eval_check(struct state *state, struct value *value, char type)
{
	const struct parameter *parameter = find_parameter(type);
	if (!parameter)
		return value;
	if (value->kind == VALUE_NULL && !value->type) {
		if (parameter->kind == VALUE_MAP)
			return value_map(state->rendering->arena);
		if (parameter->kind != VALUE_LIST)
			return state_fail(state, "invalid value; expected %s", parameter->name);
		return type_named(value_list(state->rendering->arena), parameter->name);
	}
	const char *type_given = type_name(value);
	bool fits = strcmp(type_given, parameter->name) == 0 ||
		    (parameter->also && strcmp(type_given, parameter->also) == 0);
	if (value->kind != parameter->kind || !fits)
		return state_fail(state, "wrong type for value; expected %s; got %s",
				  parameter->name, type_given);
	return value;
}

static struct value *literal_for(struct state *state, const struct parameter *parameter,
				 const struct node *node)
{
	auto_buf struct buf text = {0};
	node_text(&text, node);
	if (!parameter->literal)
		return state_fail(state, "can't handle %s for arg of type %s", buf_text(&text),
				  parameter->name);
	if (parameter->kind == VALUE_INT && node->kind == NODE_NUMBER && node->number->is_int)
		return type_named(value_int(state->rendering->arena, node->number->integer),
				  parameter->letter == 'i' ? NULL : parameter->name);
	if (parameter->kind == VALUE_FLOAT && node->kind == NODE_NUMBER && node->number->is_float)
		return value_float(state->rendering->arena, node->number->real);
	if (node->value && node->value->kind == parameter->kind)
		return node->value;
	return state_fail(state, "expected %s; found %s", parameter->literal, buf_text(&text));
}

struct value *eval_argument(struct state *state, struct value *dot, char type,
			    const struct node *node)
{
	const struct parameter *parameter = find_parameter(type);
	state->at = node;
	switch (node->kind) {
	case NODE_NIL:
		if (parameter && parameter->literal)
			return state_fail(state, "cannot assign nil to %s", parameter->name);
		if (type == 'a')
			return type_nil(state->rendering->arena);
		return eval_check(state, state->rendering->nothing, type);
	case NODE_BOOL:
	case NODE_STRING:
	case NODE_NUMBER:
		if (parameter)
			return literal_for(state, parameter, node);
		return node->kind == NODE_NUMBER ? eval_constant(state, node) : node->value;
	default:
		break;
	}
	struct value *value = eval_reference(state, dot, node);
	return value ? eval_check(state, value, type) : NULL;
}
