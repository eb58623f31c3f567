#include "host/build/build.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/artifact.h"
#include "host/build/cache.h"
#include "host/build/container.h"
#include "host/build/provenance.h"
#include "host/build/discard.h"
#include "host/build/claim.h"
#include "host/build/uses.h"
#include "host/build/walk.h"
#include "host/graph/graph.h"

#include <string.h>

enum { CLAIM_PAUSE_MS = 50 }; /* between two looks whether another build of the same has ended */

struct build {
	struct site *site;
	const struct manifest *manifest;
	const struct build_options *options;
	struct graph *graph;
	struct artifact *artifact;
	struct values *values;
	struct container_setup setup;
	const struct base *base;
	enum { AT_BASE, AT_CLAIM, AT_WALK, AT_END } at; /* what it waits for */
	struct walk *walk;                              /* at the walk, else NULL */
	char *cached; /* the image that was there already, or NULL */
	struct claim claim;
	struct uses *uses;
	uint32_t timer; /* until it is tried again; 0: now */
	struct error failure;
	struct arena arena;
};

static void build_free(struct build *build)
{
	loop_cancel(build->site->loop, build->timer);
	claim_end(&build->claim);
	uses_free(build->uses);
	graph_free(build->graph);
	artifact_free(build->artifact);
	values_free(build->values);
	arena_free(&build->arena);
	error_clear(&build->failure);
	free(build->cached);
	free(build);
}

static const struct node *commit_node(const struct build *build)
{
	return build->graph->nodes[build->graph->count - 1];
}

static int prepare(struct build *build, struct error *err)
{
	const struct manifest *manifest = build->manifest;
	const struct build_options *options = build->options;
	const struct position *at = &manifest->image_at;
	const struct value *base = base_inspected(build->base, err);
	if (!base)
		return error_place(err, at->file, at->line, at->column);
	build->manifest = manifest = provenance_add(manifest, base, &build->arena, err);
	if (!manifest)
		return -1;
	build->artifact = artifact_new(manifest, base);
	build->graph = graph_new(manifest);
	const struct value *keys = values_keys(&build->arena, manifest->kv, options->kv);
	build->values = values_new(build->site->loop, keys, options->consul, err);
	if (!build->values)
		return -1;
	return graph_keys(build->graph, build->artifact->base_id, err);
}

static int start_walk(struct build *build, struct error *err)
{
	const struct build_options *options = build->options;
	const struct consul_target *consul = options->consul;
	bool direct = consul && build->manifest->consul_direct;
	build->setup = (struct container_setup){.loop = build->site->loop,
						.engine = build->site->engine,
						.manifest = build->manifest,
						.artifact = build->artifact,
						.values = build->values,
						.report = options->report,
						.toolbox = build->site->toolbox,
						.consul_direct = direct ? consul->base : NULL,
						.consul_token = direct ? consul->token : NULL};
	if (site_toolbox(build->site, options->report, err) < 0)
		return -1;
	if (build->at == AT_END) /* interrupted while that blocked */
		return 0;
	build->walk = walk_start(&build->setup, build->graph, &build->site->slots);
	build->at = AT_WALK;
	return 0;
}

/* --- the cache, and who fills it --- */

/* What is being removed is not found. */
static int find_cached(struct build *build, struct error *err)
{
	if (!uses_take(build->uses, commit_node(build)->key))
		return 0;
	int status = cache_find(build->site->engine, build->values, commit_node(build)->key,
				&build->cached, err);
	if (build->cached)
		build->at = AT_END;
	return status;
}

static void on_time(void *ctx)
{
	struct build *build = ctx;
	build->timer = 0;
}

static void wait_for_claim(struct build *build)
{
	if (build->at == AT_BASE)
		report_notice(build->options->report,
			      "the same is being built right now: waiting for it (--no-cache "
			      "would not)");
	build->at = AT_CLAIM;
	build->timer = loop_after(build->site->loop, CLAIM_PAUSE_MS, on_time, build);
}

/* Without a lock it goes on too: then the same may be built twice at once. */
static int take_claim(struct build *build)
{
	auto_error struct error err = {0};
	int status = claim_take(&build->claim, engine_endpoint(build->site->engine),
				commit_node(build)->key, &err);
	if (status < 0)
		report_notice(build->options->report, "others may build the same at once: %s",
			      err.message);
	return status;
}

/* Another look once it is ours, for whoever had it has filled the cache. */
static int try_claim(struct build *build, struct error *err)
{
	if (build->at == AT_END)
		return 0;
	if (take_claim(build) == 0) {
		wait_for_claim(build);
		return 0;
	}
	if (find_cached(build, err) < 0)
		return -1;
	return build->at == AT_END ? 0 : start_walk(build, err);
}

static int use_base(struct build *build, struct error *err)
{
	if (prepare(build, err) < 0)
		return -1;
	report_total(build->options->report, build->graph->count);
	if (build->options->no_cache || build->options->throwaway)
		return start_walk(build, err);
	return find_cached(build, err) < 0 ? -1 : try_claim(build, err);
}

struct build *build_start(struct site *site, const struct manifest *manifest,
			  const struct build_options *options)
{
	struct build *build = mem_alloc(sizeof *build);
	build->site = site;
	build->manifest = manifest;
	build->options = options;
	build->claim.fd = -1;
	build->uses = uses_new(engine_endpoint(site->engine));
	build->base = site_base(site, manifest->image, options->report);
	return build;
}

static void fail(struct build *build, struct error *err)
{
	build->at = AT_END;
	if (error_is_set(&build->failure))
		error_clear(err);
	else
		error_move(&build->failure, err);
}

bool build_attend(struct build *build)
{
	struct error err = {0};
	bool is_due = build->at == AT_BASE ? base_is_known(build->base)
					   : build->at == AT_CLAIM && !build->timer;
	if (!is_due)
		return false;
	if ((build->at == AT_BASE ? use_base(build, &err) : try_claim(build, &err)) < 0)
		fail(build, &err);
	return true;
}

void build_go_on(struct build *build)
{
	if (build->walk)
		walk_go_on(build->walk);
}

void build_interrupt(struct build *build, const char *why, int exit_code)
{
	struct error err = {0};
	if (build->walk) {
		walk_interrupt(build->walk, why, exit_code);
		return;
	}
	error_set(&err, "%s", why);
	err.exit_code = exit_code;
	fail(build, &err);
}

bool build_is_over(const struct build *build)
{
	return build->at == AT_WALK ? walk_is_over(build->walk) : build->at == AT_END;
}

static int name_image(struct build *build, const char *image, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	const struct build_options *options = build->options;
	if (!options->repo || options->throwaway)
		return 0;
	engine_image_tag(build->site->engine, image, options->repo, options->tag, engine_keep,
			 &kept);
	if (engine_finish(build->site->engine, &kept, err) < 0)
		return error_wrap(err, "can't name the image %s:%s", options->repo, options->tag);
	return 0;
}

static int finish_walk(struct build *build, struct build_outcome *outcome, struct error *err)
{
	struct report *report = build->options->report;
	struct walk_result result = {0};
	if (walk_finish(STEAL(build->walk), &result, err) < 0)
		return -1;
	outcome->image = result.image;
	report_begin(report, commit_node(build));
	report_end(report, commit_node(build), NULL, result.commit_us);
	if (build->options->throwaway)
		return discard_image(build->site->loop, build->site->engine, result.image, err);
	return cache_store(build->site->engine, commit_node(build)->key, result.image, err);
}

static int finish(struct build *build, struct build_outcome *outcome, struct error *err)
{
	if (error_is_set(&build->failure))
		return error_move(err, &build->failure);
	outcome->image = STEAL(build->cached);
	outcome->cached = outcome->image != NULL;
	if (build->walk && finish_walk(build, outcome, err) < 0)
		return -1;
	return name_image(build, outcome->image, err);
}

int build_finish(struct build *build, struct build_outcome *outcome, struct error *err)
{
	int status = finish(build, outcome, err);
	build_free(build);
	if (status < 0)
		free(STEAL(outcome->image));
	return status;
}
