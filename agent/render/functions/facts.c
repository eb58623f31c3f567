#include "agent/facts/facts.h"

#include "agent/render/functions/functions.h"

#include <string.h>

static const struct facts_external external; /* the usual directories */

static const struct value *all_facts(struct call *call)
{
	struct rendering *rendering = call->state->rendering;
	const struct facts_wanted wanted = {.external = &external};
	if (!rendering->facts)
		rendering->facts = facts_collect(rendering->arena, &wanted);
	return rendering->facts;
}

/* Of the facts only the family that is asked for, once. */
static const struct value *facts_with(struct call *call, const char *path)
{
	struct rendering *rendering = call->state->rendering;
	if (rendering->facts)
		return rendering->facts;
	const char *family = arena_strndup(rendering->arena, path, strcspn(path, "."));
	const char *key = arena_printf(rendering->arena, "facts %s", family);
	struct value *facts = value_get(rendering->answers, key);
	if (!facts) {
		const struct facts_wanted wanted = {
			.patterns = &family, .count = 1, .external = &external};
		facts = facts_collect(rendering->arena, &wanted);
		value_set(rendering->arena, rendering->answers, key, facts);
	}
	return facts;
}

static struct value *facts_one(struct call *call, struct error *err)
{
	const char *path = call_text(call, 0);
	struct value *found = facts_find(facts_with(call, path), path, err);
	if (!found) /* among all facts there are better ones to suggest */
		found = facts_find(all_facts(call), path, err);
	call_record(call, "fact", path, found);
	return found;
}

static struct value *facts_all(struct call *call, struct error *err)
{
	if (call->count == 1)
		return facts_one(call, err);
	if (call->count > 1) {
		error_set(err, "one path or none, not %zu", call->count);
		return NULL;
	}
	struct value *facts = value_copy(call->arena, all_facts(call));
	call_record(call, "fact", "", facts);
	return facts;
}

const struct function functions_facts[] = {
	{"fact", "s", facts_one},
	{"facts", "s*", facts_all},
	{NULL, NULL, NULL},
};
