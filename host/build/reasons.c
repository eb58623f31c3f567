#include "host/build/reasons.h"

#include "common/memory.h"
#include "common/own.h"

struct explaining {
	const struct plan *plan;
	struct record *record;
	struct arena *arena;
	bool *changed; /* of each node: whether its key can't be the old one */
};

struct reasons {
	struct arena *arena;
	struct value *list;
};

static void add_reason(void *ctx, const char *reason)
{
	struct reasons *reasons = ctx;
	value_append(reasons->arena, reasons->list, value_string(reasons->arena, reason));
}

/* Values are read when files are rendered, whatever the node's key says. */
static void add_values(struct reasons *reasons, const struct plan *plan, const struct node *node)
{
	const struct value *changed = node->kind == NODE_FILES ? plan->resume.changed : NULL;
	for (size_t i = 0; changed && i < changed->list.len; i++) {
		const char *name = value_text(value_get(changed->list.items[i], "name"));
		add_reason(reasons, arena_printf(reasons->arena, "value %s", name ? name : ""));
	}
}

static bool is_behind_change(const struct explaining *explaining, const struct node *node)
{
	const struct graph *graph = explaining->plan->graph;
	for (size_t i = 0; i < graph->count; i++)
		for (size_t j = 0; explaining->changed[i] && j < node->after_count; j++)
			if (node->after[j] == graph->nodes[i])
				return true;
	return false;
}

/* The start is no work, and nothing of it is kept: what it is made from is the base. */
static bool is_cached(const struct explaining *explaining, size_t i)
{
	return resume_has(&explaining->plan->resume, explaining->plan->graph, i) ||
	       (i == 0 && !explaining->changed[0]);
}

static struct value *explain_node(struct explaining *explaining, size_t i)
{
	const struct node *node = explaining->plan->graph->nodes[i];
	struct arena *arena = explaining->arena;
	struct reasons reasons = {arena, value_list(arena)};
	struct value *explained = value_map(arena);
	bool known = record_compare(explaining->record, node, add_reason, &reasons);
	add_values(&reasons, explaining->plan, node);
	if (known && is_behind_change(explaining, node))
		add_reason(&reasons, "parent");
	explaining->changed[i] = !known || reasons.list->list.len;
	if (i && i >= explaining->plan->limit)
		add_reason(&reasons, "by option");
	if (!known)
		add_reason(&reasons, "never built");
	else if (!reasons.list->list.len)
		add_reason(&reasons, "not kept");
	bool cached = is_cached(explaining, i);
	value_set(arena, explained, "id", value_string(arena, node->id));
	value_set(arena, explained, "label", value_string(arena, node->label));
	value_set(arena, explained, "cached", value_bool(arena, cached));
	value_set(arena, explained, "reasons", cached ? value_list(arena) : reasons.list);
	return explained;
}

struct value *reasons_of_plan(const struct plan *plan, struct record *record, struct arena *arena)
{
	autofree bool *changed = mem_alloc(plan->graph->count);
	struct explaining explaining = {plan, record, arena, changed};
	struct value *list = value_list(arena);
	for (size_t i = 0; i < plan->graph->count; i++)
		value_append(arena, list, explain_node(&explaining, i));
	return list;
}
