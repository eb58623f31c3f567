#include "agent/render/functions/functions.h"

#include "common/own.h"

#include <string.h>

enum { EXIT_VALUES = 8 };

static enum value_kind kind_of(const char *type)
{
	static const struct {
		const char *prefix;
		enum value_kind kind;
	} kinds[] = {
		{"string", VALUE_STRING},
		{"int", VALUE_INT},
		{"uint64", VALUE_INT},
		{"bool", VALUE_BOOL},
		{"[]", VALUE_LIST},
		{"api.HealthChecks", VALUE_LIST},
		{"dependency.ServiceTags", VALUE_LIST},
	};
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strncmp(type, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
			return kinds[i].kind;
	return VALUE_MAP;
}

static struct value *zero_of(struct arena *arena, enum value_kind kind)
{
	switch (kind) {
	case VALUE_STRING:
		return value_string(arena, "");
	case VALUE_LIST:
		return value_list(arena);
	case VALUE_INT:
		return value_int(arena, 0);
	case VALUE_BOOL:
		return value_bool(arena, false);
	default:
		return value_map(arena);
	}
}

/* JSON has one kind of numbers: one beyond 2^53 came as a float. */
static struct value *as_integer(struct arena *arena, const struct value *from)
{
	bool fits = value_is(from, VALUE_FLOAT) && from->real > -9e18 && from->real < 9e18;
	return fits ? value_int(arena, (int64_t)from->real) : NULL;
}

struct value *call_struct(const struct call *call, const char *type, const struct value *map,
			  const struct field *fields)
{
	struct arena *arena = call->arena;
	struct value *made = type_named(value_map(arena), type);
	for (; fields->to; fields++) {
		const char *name = fields->type ? fields->type : "string";
		enum value_kind kind = kind_of(name);
		struct value *value = value_path(map, fields->from);
		if (kind == VALUE_INT && value_is(value, VALUE_FLOAT))
			value = as_integer(arena, value);
		if (!value_is(value, kind))
			value = zero_of(arena, kind);
		if (kind != VALUE_STRING && kind != VALUE_BOOL && strcmp(name, "int") != 0)
			type_named(value, name);
		value_set(arena, made, fields->to, value);
	}
	return made;
}

struct value *call_list(const struct call *call, const char *type)
{
	return type_named(value_list(call->arena), type);
}

struct value *call_structs(const struct call *call, const char *type, const struct value *list,
			   const struct field *fields)
{
	struct value *made = call_list(call, arena_printf(call->arena, "[]%s", type));
	for (size_t i = 0; value_is(list, VALUE_LIST) && i < list->list.len; i++)
		value_append(call->arena, made,
			     call_struct(call, type, list->list.items[i], fields));
	return made;
}

struct value *call_missing(struct call *call, const char *what, const char *name, const char *why,
			   struct value *empty, struct error *err)
{
	struct rendering *rendering = call->state->rendering;
	if (rendering->missing == MISSING_EMPTY)
		return empty;
	if (rendering->missing == MISSING_WAIT) {
		struct text_position at = text_position(rendering->set->text, call->state->at->pos);
		rendering->pending = true;
		rendering->lacking =
			arena_printf(call->arena, "%s:%u:%u: the %s \"%s\"", rendering->set->name,
				     at.line, at.column, what, name);
		return empty;
	}
	error_set(err, "%s \"%s\" is %s", what, name, why);
	error_class(err, EXIT_VALUES, ERROR_VALUE_MISSING);
	return NULL;
}

int fields_order(const struct value *left, const struct value *right, const char *const *names,
		 size_t count)
{
	int order = 0;
	for (size_t i = 0; i < count && !order; i++) {
		const char *one = value_text(value_get(left, names[i]));
		const char *other = value_text(value_get(right, names[i]));
		order = strcmp(one ? one : "", other ? other : "");
	}
	return order;
}

static int text_order(const void *a, const void *b)
{
	const char *left = value_text(*(struct value *const *)a);
	const char *right = value_text(*(struct value *const *)b);
	return strcmp(left ? left : "", right ? right : "");
}

void list_sort(struct value *list, int (*order)(const void *, const void *))
{
	if (list->list.len > 1)
		qsort(list->list.items, list->list.len, sizeof *list->list.items,
		      order ? order : text_order);
}
