#include "agent/facts/facts.h"

#include "agent/render/functions/functions.h"

static const struct value *all_facts(struct call *call)
{
	struct rendering *rendering = call->state->rendering;
	if (!rendering->facts)
		rendering->facts = facts_gather(rendering->arena, NULL, 0);
	return rendering->facts;
}

static struct value *facts_one(struct call *call, struct error *err)
{
	const char *path = call_text(call, 0);
	struct value *found = facts_find(all_facts(call), path, err);
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
