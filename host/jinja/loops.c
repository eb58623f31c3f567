/* `for`, and the loop that a recursive one calls. */
#include "host/jinja/runtime.h"

static void set_number(struct run *run, struct value *loop, const char *name, size_t number)
{
	value_set(run->arena, loop, name, value_int(run->arena, (int64_t)number));
}

/* Brings the loop variable up to date for turn `i`. */
static void update_loop(struct run *run, struct value *loop, const struct value *items, size_t i)
{
	size_t len = items->list.len;
	set_number(run, loop, "index", i + 1);
	set_number(run, loop, "index0", i);
	set_number(run, loop, "revindex", len - i);
	set_number(run, loop, "revindex0", len - i - 1);
	value_set(run->arena, loop, "first", value_bool(run->arena, i == 0));
	value_set(run->arena, loop, "last", value_bool(run->arena, i + 1 == len));
	value_set(run->arena, loop, "previtem",
		  i ? items->list.items[i - 1] : undefined_new(run, "there is no previous item"));
	value_set(run->arena, loop, "nextitem",
		  i + 1 < len ? items->list.items[i + 1]
			      : undefined_new(run, "there is no next item"));
}

static struct value *new_loop(struct run *run, const struct statement *statement,
			      const struct value *items, unsigned depth)
{
	struct value *loop = value_map(run->arena);
	loop->type = "loop";
	set_number(run, loop, "length", items->list.len);
	set_number(run, loop, "depth", depth);
	set_number(run, loop, "depth0", depth - 1);
	if (statement->recursive) {
		struct macro *again = arena_alloc(run->arena, sizeof *again);
		*again =
			(struct macro){.statement = statement, .scope = run->scope, .depth = depth};
		value_set(run->arena, loop, "(call)", object_new(run, OBJECT_LOOP_CALL, again));
	}
	return loop;
}

static int turn(struct run *run, const struct statement *statement, struct value *loop,
		struct value *item)
{
	if (++run->turns > RUN_MOST_TURNS || run->arena->used > RUN_MOST_MEMORY) {
		run_fail(run, statement->value,
			 "the loops of this template take more than %d turns", RUN_MOST_TURNS);
		return FAILED;
	}
	push_scope(run);
	value_set(run->arena, run->scope->variables, "loop", loop);
	int status = assign(run, statement->target, item);
	if (status == NORMAL)
		status = execute_body(run, &statement->body);
	pop_scope(run);
	return status;
}

/* The items that the loop's own `if` lets through. */
static struct value *filtered(struct run *run, const struct statement *statement,
			      struct value *items)
{
	struct value *kept = value_list(run->arena);
	for (size_t i = 0; i < items->list.len; i++) {
		bool is_true = false;
		push_scope(run);
		struct value *condition = NULL;
		if (assign(run, statement->target, items->list.items[i]) == NORMAL)
			condition = evaluate(run, statement->filter);
		pop_scope(run);
		if (!condition || truth(run, statement->filter, condition, &is_true) < 0)
			return NULL;
		if (is_true)
			value_append(run->arena, kept, items->list.items[i]);
	}
	return kept;
}

static int loop_over(struct run *run, const struct statement *statement, struct value *value,
		     unsigned depth)
{
	struct value *items = iterate(run, statement->value, value);
	if (items && statement->filter)
		items = filtered(run, statement, items);
	if (!items)
		return FAILED;
	if (!items->list.len)
		return execute_body(run, &statement->otherwise);
	struct value *loop = new_loop(run, statement, items, depth);
	for (size_t i = 0; i < items->list.len; i++) {
		update_loop(run, loop, items, i);
		int status = turn(run, statement, loop, items->list.items[i]);
		if (status == FAILED)
			return FAILED;
		if (status == BROKE)
			break;
	}
	return NORMAL;
}

int execute_for(struct run *run, const struct statement *statement)
{
	struct value *value = evaluate(run, statement->value);
	return value ? loop_over(run, statement, value, 1) : FAILED;
}

struct value *call_loop(struct run *run, const struct expression *at, struct macro *macro,
			struct value *items)
{
	struct scope *scope = run->scope;
	auto_captured struct captured captured = {0};
	if (go_deeper(run, at) < 0)
		return NULL;
	run->scope = macro->scope;
	capture_begin(run, &captured);
	int status = loop_over(run, macro->statement, items, macro->depth + 1);
	run->scope = scope;
	run->depth--;
	return capture_end(run, &captured, status);
}
