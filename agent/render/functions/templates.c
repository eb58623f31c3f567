#include "agent/render/functions/functions.h"

/* Runs a defined template and returns its output. */
static struct value *template_execute(struct call *call, struct error *err)
{
	struct rendering *rendering = call->state->rendering;
	const struct template *found = template_find(rendering->set, call_text(call, 0));
	auto_buf struct buf out = {0};
	if (call->count > 2) {
		error_set(
			err,
			"executeTemplate: wrong number of arguments, expected 1 or 2, but got %zu",
			call->count);
		return NULL;
	}
	if (!found) {
		error_set(err, "template: no template \"%s\" associated with template \"%s\"",
			  call_text(call, 0), rendering->set->name);
		return NULL;
	}
	if (call->state->depth >= TEMPLATE_DEPTH) {
		error_set(err, "exceeded maximum template depth (%d)", TEMPLATE_DEPTH);
		return NULL;
	}
	struct error *outer = rendering->err;
	rendering->err = err;
	struct value *dot = call->count > 1 ? call->args[1] : rendering->nothing;
	int done = template_run(rendering, found, dot, &out, call->state->depth + 1);
	rendering->err = outer;
	return done < 0 ? NULL : call_string(call, &out);
}

static struct value *empty(const struct call *call)
{
	return value_string(call->arena, "");
}

static struct value *scratch_key(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena,
			  value_get(call->receiver->object.data, call_text(call, 0)) != NULL);
}

static struct value *scratch_get(struct call *call, struct error *err)
{
	(void)err;
	struct value *found = value_get(call->receiver->object.data, call_text(call, 0));
	return found ? found : type_nil(call->arena);
}

/* Values are copied in, so that no map can come to hold itself. */
static struct value *set(struct call *call, struct value *map, size_t key, bool only_new)
{
	const char *name = call_text(call, key);
	if (!only_new || !value_get(map, name))
		value_set(call->arena, map, name, value_copy(call->arena, call->args[key + 1]));
	return empty(call);
}

static struct value *scratch_set(struct call *call, struct error *err)
{
	(void)err;
	return set(call, call->receiver->object.data, 0, false);
}

static struct value *scratch_set_x(struct call *call, struct error *err)
{
	(void)err;
	return set(call, call->receiver->object.data, 0, true);
}

static struct value *scratch_map(struct call *call, struct error *err)
{
	struct value *all = call->receiver->object.data;
	struct value *map = value_get(all, call_text(call, 0));
	if (!map) {
		map = value_map(call->arena);
		value_set(call->arena, all, call_text(call, 0), map);
	}
	if (map->kind == VALUE_MAP && !type_is_struct(map))
		return map;
	error_set(err, "\"%s\" is not a map", call_text(call, 0));
	return NULL;
}

static struct value *scratch_map_set(struct call *call, struct error *err)
{
	struct value *map = scratch_map(call, err);
	return map ? set(call, map, 1, false) : NULL;
}

static struct value *scratch_map_set_x(struct call *call, struct error *err)
{
	struct value *map = scratch_map(call, err);
	return map ? set(call, map, 1, true) : NULL;
}

static struct value *scratch_map_values(struct call *call, struct error *err)
{
	struct value *list = value_list(call->arena);
	struct value *map = value_get(call->receiver->object.data, call_text(call, 0));
	if (!map)
		return list;
	if (map->kind != VALUE_MAP) {
		error_set(err, "\"%s\" is not a map", call_text(call, 0));
		return NULL;
	}
	const struct value_entry *entries = type_sorted(call->arena, map);
	for (size_t i = 0; i < map->map.len; i++)
		value_append(call->arena, list, entries[i].value);
	return list;
}

static const struct function scratch_methods[] = {
	{"Key", "s", scratch_key},
	{"Get", "s", scratch_get},
	{"Set", "sa", scratch_set},
	{"SetX", "sa", scratch_set_x},
	{"MapSet", "ssa", scratch_map_set},
	{"MapSetX", "ssa", scratch_map_set_x},
	{"MapValues", "s", scratch_map_values},
	{NULL, NULL, NULL},
};

static const struct class class_scratch = {"*template.Scratch", scratch_methods, NULL};

static struct value *template_scratch(struct call *call, struct error *err)
{
	(void)err;
	struct rendering *rendering = call->state->rendering;
	if (!rendering->scratch)
		rendering->scratch =
			value_object(call->arena, &class_scratch, value_map(call->arena));
	return rendering->scratch;
}

static struct value *template_plugin(struct call *call, struct error *err)
{
	error_set(err, "plugins are not supported: \"%s\" is not run", call_text(call, 0));
	return NULL;
}

const struct function functions_template[] = {
	{"executeTemplate", "sa*", template_execute},
	{"scratch", "", template_scratch},
	{"plugin", "ss*", template_plugin},
	{NULL, NULL, NULL},
};
