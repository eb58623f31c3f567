#include "agent/render/template/evaluate.h"

#include "common/own.h"
#include "common/memory.h"
#include "agent/render/template/gofmt.h"
#include "agent/render/template/strconv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum flow { FLOW_FAILED, FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE };

static enum flow walk(struct state *state, struct value *dot, const struct node *node);

void *state_fail(struct state *state, const char *format, ...)
{
	struct error *err = state->rendering->err;
	const struct template_set *set = state->rendering->set;
	va_list args;
	va_start(args, format);
	autofree char *message = mem_vprintf(format, args);
	va_end(args);
	auto_buf struct buf context = {0};
	node_text(&context, state->at);
	struct text_position at = text_position(set->text, state->at->pos);
	int exit_code = err->exit_code, code = err->code;
	error_set_at(err, set->name, at.line, at.column,
		     "template: %s:%u:%u: executing \"%s\" at <%s>: %s", set->name, at.line,
		     at.byte, state->template->name, buf_text(&context), message);
	error_class(err, exit_code, exit_code ? code : ERROR_TEMPLATE);
	return NULL;
}

bool state_within_bounds(struct state *state)
{
	struct rendering *rendering = state->rendering;
	const struct limits *limits = &rendering->limits;
	if (state->out->len > limits->output)
		state_fail(state, "the output grows beyond %zu MiB", limits->output >> 20);
	else if (rendering->arena->used - rendering->memory_before > limits->memory)
		state_fail(state, "the values take more than %zu MiB", limits->memory >> 20);
	else if (rendering->iterations > limits->iterations)
		state_fail(state, "the loops run more than %zu times", limits->iterations);
	else
		return true;
	return false;
}

bool state_enter(struct state *state)
{
	if (state->rendering->nesting++ < TEMPLATE_NESTING)
		return true;
	state_fail(state, "more than %d levels of nesting", TEMPLATE_NESTING);
	return false;
}

void state_leave(struct state *state)
{
	state->rendering->nesting--;
}

void state_declare(struct state *state, const char *name, struct value *value)
{
	if (state->variable_count == state->variable_cap) {
		size_t cap = state->variable_cap ? state->variable_cap * 2 : 8;
		state->variables = arena_grow(state->rendering->arena, state->variables,
					      state->variable_count, cap, sizeof *state->variables);
		state->variable_cap = cap;
	}
	state->variables[state->variable_count++] = (struct variable){name, value};
}

bool state_assign(struct state *state, const char *name, struct value *value)
{
	for (size_t i = state->variable_count; i-- > 0;) {
		if (strcmp(state->variables[i].name, name) == 0) {
			state->variables[i].value = value;
			return true;
		}
	}
	state_fail(state, "undefined variable: %s", name);
	return false;
}

static bool is_printable(const struct value *value)
{
	return !type_is_class(value, &class_loop);
}

static enum flow print_action(struct state *state, const struct node *node, struct value *value)
{
	size_t before = state->out->len;
	state->at = node;
	if (!is_printable(value)) {
		auto_buf struct buf text = {0};
		node_text(&text, node);
		state_fail(state, "can't print %s of type %s", buf_text(&text), type_name(value));
		return FLOW_FAILED;
	}
	if (value->kind == VALUE_NULL)
		buf_puts(state->out, "<no value>");
	else if (value->kind == VALUE_STRING)
		buf_add(state->out, value->string.data, value->string.len);
	else
		gofmt_value(state->out, value);
	if (value->kind != VALUE_STRING && state->out->len - before > GOFMT_MAX) {
		state_fail(state, "the text is too long");
		return FLOW_FAILED;
	}
	return state_within_bounds(state) ? FLOW_NEXT : FLOW_FAILED;
}

static enum flow walk_action(struct state *state, struct value *dot, const struct node *node)
{
	struct value *value = eval_pipeline(state, dot, node->pipe);
	if (!value)
		return FLOW_FAILED;
	return node->pipe->declared.len ? FLOW_NEXT : print_action(state, node, value);
}

static enum flow walk_if_or_with(struct state *state, struct value *dot, const struct node *node)
{
	size_t outer = state->variable_count;
	struct value *value = eval_pipeline(state, dot, node->pipe);
	if (!value)
		return FLOW_FAILED;
	enum flow flow = FLOW_NEXT;
	if (type_truth(value))
		flow = walk(state, node->kind == NODE_WITH ? value : dot, node->list);
	else if (node->else_list)
		flow = walk(state, dot, node->else_list);
	state->variable_count = outer;
	return flow;
}

/* What a range declares or assigns: with one variable it is the element, with two the index comes
 * first. */
static bool set_loop_variables(struct state *state, const struct node *pipe, struct value *index,
			       struct value *element)
{
	const struct nodes *declared = &pipe->declared;
	for (size_t i = 0; i < declared->len; i++) {
		struct value *value = declared->len == 2 && i == 0 ? index : element;
		if (!pipe->assigns)
			state->variables[state->variable_count - declared->len + i].value = value;
		else if (!state_assign(state, declared->items[i]->words[0].text, value))
			return false;
	}
	return true;
}

/* index NULL: the element's number, made only where a variable takes it. */
static enum flow iterate(struct state *state, const struct node *node, int64_t number,
			 struct value *index, struct value *element)
{
	size_t outer = state->variable_count;
	state->rendering->iterations++;
	state->at = node->pipe;
	if (!index && node->pipe->declared.len == 2)
		index = value_int(state->rendering->arena, number);
	if (!state_within_bounds(state) || !set_loop_variables(state, node->pipe, index, element))
		return FLOW_FAILED;
	enum flow flow = walk(state, element, node->list);
	state->variable_count = outer;
	return flow;
}

/* What a loop goes on with: FLOW_BREAK ends it. */
static enum flow range_list(struct state *state, const struct node *node, struct value *list)
{
	enum flow flow = FLOW_NEXT;
	for (size_t i = 0; i < list->list.len && flow != FLOW_FAILED && flow != FLOW_BREAK; i++)
		flow = iterate(state, node, (int64_t)i, NULL,
			       eval_element(state, list->list.items[i]));
	return flow;
}

static struct value *key_value(struct arena *arena, const struct value *map,
			       const struct value_entry *entry)
{
	int64_t number;
	if (type_has_integer_keys(map) &&
	    strconv_int(entry->key, entry->key_len, 10, &number) == STRCONV_OK)
		return value_int(arena, number);
	return value_stringn(arena, entry->key, entry->key_len);
}

static enum flow range_map(struct state *state, const struct node *node, struct value *map)
{
	struct arena *arena = state->rendering->arena;
	const struct value_entry *entries = type_sorted(arena, map);
	size_t len = map->map.len;
	enum flow flow = FLOW_NEXT;
	for (size_t i = 0; i < len && flow != FLOW_FAILED && flow != FLOW_BREAK; i++)
		flow = iterate(state, node, 0, key_value(arena, map, &entries[i]),
			       eval_element(state, entries[i].value));
	return flow;
}

static enum flow range_int(struct state *state, const struct node *node, struct value *count)
{
	enum flow flow = FLOW_NEXT;
	for (int64_t i = 0; i < count->integer && flow != FLOW_FAILED && flow != FLOW_BREAK; i++) {
		struct value *number = value_int(state->rendering->arena, i);
		flow = iterate(state, node, i, NULL, type_named(number, count->type));
	}
	return flow;
}

/* A channel: what has been received is gone. */
static enum flow range_loop(struct state *state, const struct node *node, struct loop *loop)
{
	struct arena *arena = state->rendering->arena;
	enum flow flow = FLOW_NEXT;
	for (int64_t i = 0; loop->next < loop->stop && flow != FLOW_FAILED && flow != FLOW_BREAK;
	     i++) {
		struct value *element = type_named(value_int(arena, loop->next++), "int64");
		flow = iterate(state, node, i, NULL, element);
	}
	return flow;
}

static size_t range_size(const struct value *value)
{
	if (value->kind == VALUE_LIST)
		return value->list.len;
	if (value->kind == VALUE_MAP)
		return value->map.len;
	if (value->kind == VALUE_INT)
		return value->integer > 0;
	const struct loop *loop = value->kind == VALUE_OBJECT ? value->object.data : NULL;
	return loop && loop->next < loop->stop;
}

static bool can_range(struct state *state, const struct node *node, const struct value *value)
{
	bool counts = value->kind == VALUE_INT;
	if (value->kind == VALUE_NULL || value->kind == VALUE_LIST ||
	    (value->kind == VALUE_MAP && !type_is_struct(value)) ||
	    type_is_class(value, &class_loop) || (counts && node->pipe->declared.len < 2))
		return true;
	auto_buf struct buf text = {0};
	gofmt_value(&text, value);
	state_fail(state,
		   counts ? "can't use %s to iterate over more than one variable"
			  : "range can't iterate over %s",
		   buf_text(&text));
	return false;
}

static enum flow range_over(struct state *state, const struct node *node, struct value *value)
{
	switch (value->kind) {
	case VALUE_LIST:
		return range_list(state, node, value);
	case VALUE_MAP:
		return range_map(state, node, value);
	case VALUE_INT:
		return range_int(state, node, value);
	default:
		return range_loop(state, node, value->object.data);
	}
}

static enum flow walk_range(struct state *state, struct value *dot, const struct node *node)
{
	size_t outer = state->variable_count;
	struct value *value = eval_pipeline(state, dot, node->pipe);
	if (!value || !can_range(state, node, value))
		return FLOW_FAILED;
	enum flow flow = FLOW_NEXT;
	if (range_size(value)) {
		flow = range_over(state, node, value);
		if (flow != FLOW_FAILED)
			flow = FLOW_NEXT;
	} else if (node->else_list) {
		flow = walk(state, dot, node->else_list);
	}
	state->variable_count = outer;
	return flow;
}

static enum flow walk_template(struct state *state, struct value *dot, const struct node *node)
{
	const char *name = node->value->string.data;
	const struct template *called = template_find(state->rendering->set, name);
	state->at = node;
	if (!called) {
		state_fail(state, "template \"%s\" not defined", name);
		return FLOW_FAILED;
	}
	if (state->depth == TEMPLATE_DEPTH) {
		state_fail(state, "exceeded maximum template depth (%d)", TEMPLATE_DEPTH);
		return FLOW_FAILED;
	}
	struct value *given = state->rendering->nothing;
	if (node->pipe)
		given = eval_pipeline(state, dot, node->pipe);
	if (!given ||
	    template_run(state->rendering, called, given, state->out, state->depth + 1) < 0)
		return FLOW_FAILED;
	return FLOW_NEXT;
}

static enum flow walk_list(struct state *state, struct value *dot, const struct node *list)
{
	enum flow flow = FLOW_NEXT;
	for (size_t i = 0; i < list->items.len && flow == FLOW_NEXT; i++)
		flow = walk(state, dot, list->items.items[i]);
	return flow;
}

static enum flow walk_text(struct state *state, const struct node *node)
{
	buf_add(state->out, node->text, node->len);
	return state_within_bounds(state) ? FLOW_NEXT : FLOW_FAILED;
}

static enum flow walk_nested(struct state *state, struct value *dot, const struct node *node)
{
	switch (node->kind) {
	case NODE_RANGE:
		return walk_range(state, dot, node);
	case NODE_TEMPLATE:
		return walk_template(state, dot, node);
	default:
		return walk_if_or_with(state, dot, node);
	}
}

static enum flow walk(struct state *state, struct value *dot, const struct node *node)
{
	state->at = node->pipe ? node->pipe : node;
	switch (node->kind) {
	case NODE_TEXT:
		return walk_text(state, node);
	case NODE_ACTION:
		return walk_action(state, dot, node);
	case NODE_BREAK:
		return FLOW_BREAK;
	case NODE_CONTINUE:
		return FLOW_CONTINUE;
	default:
		break;
	}
	if (node->kind == NODE_LIST)
		return walk_list(state, dot, node);
	if (!state_enter(state))
		return FLOW_FAILED;
	enum flow flow = walk_nested(state, dot, node);
	state_leave(state);
	return flow;
}

int template_run(struct rendering *rendering, const struct template *template, struct value *dot,
		 struct buf *out, unsigned depth)
{
	struct state state = {.rendering = rendering,
			      .template = template,
			      .at = template->root,
			      .out = out,
			      .depth = depth};
	state_declare(&state, "$", dot);
	return walk(&state, dot, template->root) == FLOW_FAILED ? -1 : 0;
}
