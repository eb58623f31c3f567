#include "host/history/history.h"

#include "common/own.h"
#include "host/cache/resume.h"
#include "host/exit_codes.h"

/* A trail tells all steps up to its layer: those of the layer are behind those of the one before.
 * Where that is of another manifest (a base that factory built too), all are the layer's own. */
static size_t count_known(const struct value *before, const struct value *trail)
{
	size_t known = before ? before->list.len : 0;
	if (!before || known > trail->list.len)
		return 0;
	for (size_t i = 0; i < known; i++)
		if (!value_equal(value_get(before->list.items[i], "label"),
				 value_get(trail->list.items[i], "label")))
			return 0;
	return known;
}

static struct value *own_steps(struct arena *arena, const struct value *before,
			       const struct value *trail)
{
	struct value *steps = value_list(arena);
	for (size_t i = count_known(before, trail); i < trail->list.len; i++)
		value_append(arena, steps, trail->list.items[i]);
	return steps;
}

/* Whether the last build that shaped the image had no need to run it: the newest trail tells. */
static void mark_cached(struct arena *arena, const struct value *steps, const struct value *newest)
{
	for (size_t i = 0; i < steps->list.len; i++) {
		struct value *step = steps->list.items[i];
		const struct value *id = value_get(step, "id");
		for (size_t j = 0; j < newest->list.len; j++) {
			const struct value *known = newest->list.items[j];
			if (value_equal(value_get(known, "id"), id) && value_get(known, "cached") &&
			    value_equal(value_get(known, "label"), value_get(step, "label")))
				value_set(arena, step, "cached", value_bool(arena, true));
		}
	}
}

static void copy(struct arena *arena, struct value *to, const char *name, const struct value *from,
		 const char *key)
{
	const struct value *value = value_get(from, key);
	value_set(arena, to, name, value ? value_copy(arena, value) : value_null(arena));
}

static struct value *describe(struct arena *arena, const struct value *layer, struct value *steps)
{
	struct value *map = value_map(arena);
	copy(arena, map, "created", layer, "Created");
	copy(arena, map, "created_by", layer, "CreatedBy");
	copy(arena, map, "size", layer, "Size");
	copy(arena, map, "image", layer, "Id");
	value_set(arena, map, "steps", steps ? steps : value_null(arena));
	return map;
}

static struct value *read_layers(const struct value *layers, struct arena *arena)
{
	struct value *list = value_list(arena), *before = NULL;
	size_t count = value_is(layers, VALUE_LIST) ? layers->list.len : 0;
	for (size_t i = count; i-- > 0;) {
		const struct value *layer = layers->list.items[i];
		struct value *trail = resume_steps(arena, value_text(value_get(layer, "Comment")));
		struct value *steps = trail ? own_steps(arena, before, trail) : NULL;
		value_append(arena, list, describe(arena, layer, steps));
		before = trail ? trail : before;
	}
	for (size_t i = 0; before && i < list->list.len; i++) {
		const struct value *steps = value_get(list->list.items[i], "steps");
		if (value_is(steps, VALUE_LIST))
			mark_cached(arena, steps, before);
	}
	return list;
}

struct value *history_read(struct engine *engine, const char *image, struct arena *arena,
			   struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	engine_image_history(engine, image, engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return NULL;
	if (kept.status == ENGINE_OK)
		return read_layers(kept.body, arena);
	error_set(err, "the engine has no image %s", image);
	error_class(err, EXIT_IMAGE, ERROR_IMAGE);
	return NULL;
}
