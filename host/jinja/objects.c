#include "host/jinja/runtime.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdarg.h>

static const struct object_class classes[] = {
	[OBJECT_UNDEFINED] = {OBJECT_UNDEFINED, "Undefined"},
	[OBJECT_PLACEHOLDER] = {OBJECT_PLACEHOLDER, "placeholder"},
	[OBJECT_MACRO] = {OBJECT_MACRO, "Macro"},
	[OBJECT_METHOD] = {OBJECT_METHOD, "method"},
	[OBJECT_FUNCTION] = {OBJECT_FUNCTION, "function"},
	[OBJECT_BLOCK] = {OBJECT_BLOCK, "BlockReference"},
	[OBJECT_JOINER] = {OBJECT_JOINER, "Joiner"},
	[OBJECT_SELF] = {OBJECT_SELF, "TemplateReference"},
	[OBJECT_LOOP_CALL] = {OBJECT_LOOP_CALL, "LoopContext"},
};

struct value *object_new(struct run *run, enum object_kind kind, void *data)
{
	return value_object(run->arena, &classes[kind], data);
}

bool object_is(const struct value *value, enum object_kind kind)
{
	return value->kind == VALUE_OBJECT && value->object.class == &classes[kind];
}

struct value *jinja_placeholder(struct arena *arena)
{
	return value_object(arena, &classes[OBJECT_PLACEHOLDER], NULL);
}

struct value *undefined_new(struct run *run, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	autofree char *message = mem_vprintf(format, args);
	va_end(args);
	return object_new(run, OBJECT_UNDEFINED, arena_strdup(run->arena, message));
}

bool is_undefined(const struct value *value)
{
	return object_is(value, OBJECT_UNDEFINED);
}

struct value *need_defined(struct run *run, const struct expression *at, struct value *value)
{
	if (!value || !is_undefined(value))
		return value;
	return run_fail(run, at, "%s", (const char *)value->object.data);
}

/* A tuple is a list that prints with parentheses. */
static const char tuple_type[] = "tuple";

struct value *tuple_new(struct run *run)
{
	struct value *tuple = value_list(run->arena);
	tuple->type = tuple_type;
	return tuple;
}

bool is_tuple(const struct value *value)
{
	return value->kind == VALUE_LIST && value->type == tuple_type;
}
