#include "host/build/plan.h"

#include "host/build/provenance.h"
#include "host/exit_codes.h"

#include <string.h>

static bool is_named(const struct graph *graph, size_t i, const char *step)
{
	const struct node *node = graph->nodes[i];
	if (*step && !step[strspn(step, "0123456789")])
		return node->kind == NODE_TASK &&
		       strtoul(step, NULL, 10) == strtoul(strrchr(node->id, '-') + 1, NULL, 10);
	return node_is_called(node, step);
}

/* The index of the node that --from-step means. */
static int find_step(const struct graph *graph, const char *step, size_t *found, struct error *err)
{
	for (*found = 0; *found < graph->count; ++*found)
		if (is_named(graph, *found, step))
			return 0;
	error_set(err,
		  "--from-step: there is no step '%s': it takes a step's name, its id such as "
		  "install-2 (`factory graph` shows them), or an install step's number from 1",
		  step);
	return error_class(err, EXIT_USAGE, ERROR_STEP_UNKNOWN);
}

/* How many nodes may come from earlier builds. */
static int find_limit(const struct graph *graph, const struct build_options *options, size_t *limit,
		      struct error *err)
{
	*limit = options->no_cache || options->throwaway ? 0 : graph->count;
	return options->from_step ? find_step(graph, options->from_step, limit, err) : 0;
}

static int prepare(struct site *site, const struct base *base, const struct manifest *manifest,
		   const struct build_options *options, struct plan *plan, struct error *err)
{
	const struct position *at = &manifest->image_at;
	const struct value *inspected = base_inspected(base, err);
	if (!inspected)
		return error_place(err, at->file, at->line, at->column);
	plan->manifest = manifest = provenance_add(manifest, inspected, &plan->arena, err);
	if (!manifest)
		return -1;
	plan->artifact = artifact_new(manifest, inspected);
	plan->graph = graph_new(manifest);
	if (find_limit(plan->graph, options, &plan->limit, err) < 0)
		return -1;
	plan->values = values_new(site->loop, values_keys(&plan->arena, manifest->kv, options->kv),
				  options->consul, err);
	return plan->values ? graph_keys(plan->graph, plan->artifact->base_id, err) : -1;
}

int plan_make(struct site *site, const struct base *base, const struct manifest *manifest,
	      const struct build_options *options, struct plan *plan, struct error *err)
{
	if (prepare(site, base, manifest, options, plan, err) == 0)
		return 0;
	plan_free(plan);
	return -1;
}

int plan_search(struct site *site, struct plan *plan, bool whole, struct error *err)
{
	return resume_find(site->engine, plan->values, plan->uses, plan->graph, plan->limit, whole,
			   &plan->resume, err);
}

void plan_free(struct plan *plan)
{
	resume_free(&plan->resume);
	values_free(plan->values);
	graph_free(plan->graph);
	artifact_free(plan->artifact);
	arena_free(&plan->arena);
	*plan = (struct plan){0};
}

bool plan_is_cached(const struct plan *plan)
{
	return plan->resume.at == plan->graph->count;
}
