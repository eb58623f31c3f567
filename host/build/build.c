#include "host/build/build.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/artifact.h"
#include "host/build/cache.h"
#include "host/build/container.h"
#include "host/build/walk.h"
#include "host/graph/graph.h"
#include "host/toolbox/toolbox.h"

#include <string.h>

/* Everything one build holds, so that one function can release it. */
struct building {
	struct loop *loop;
	struct engine *engine;
	const struct manifest *manifest;
	const struct build_options *options;
	struct engine_kept base;
	struct graph *graph;
	struct artifact *artifact;
	struct values *values;
	struct value *kv; /* the manifest's and the options', merged */
	struct arena arena;
};

static void building_free(struct building *building)
{
	engine_kept_free(&building->base);
	graph_free(building->graph);
	artifact_free(building->artifact);
	values_free(building->values);
	arena_free(&building->arena);
}

static const struct node *commit_node(const struct building *building)
{
	return building->graph->nodes[building->graph->count - 1];
}

/* Keys given on the command line win over the manifest's. */
static const struct value *merged_keys(struct building *building)
{
	const struct value *own = building->manifest->kv, *given = building->options->kv;
	if (!own || !given)
		return own ? own : given;
	struct value *merged = value_copy(&building->arena, own);
	for (size_t i = 0; i < given->map.len; i++)
		value_set(&building->arena, merged, given->map.entries[i].key,
			  given->map.entries[i].value);
	return merged;
}

static int prepare(struct building *building, struct error *err)
{
	const struct manifest *manifest = building->manifest;
	const struct build_options *options = building->options;
	const struct position *at = &manifest->image_at;
	if (build_find_base(building->engine, manifest->image, options->report, &building->base,
			    err) < 0)
		return error_place(err, at->file, at->line, at->column);
	building->artifact = artifact_new(manifest, building->base.body);
	building->graph = graph_new(manifest);
	building->values = values_new(building->loop, merged_keys(building), options->consul, err);
	if (!building->values)
		return -1;
	return graph_keys(building->graph, building->artifact->base_id, err);
}

static int ensure_toolbox(struct building *building, struct error *err)
{
	struct toolbox_options toolbox = {.name = building->options->toolbox};
	bool made = false;
	if (toolbox_ensure(building->engine, &toolbox, &made, err) < 0)
		return error_wrap(err, "no toolbox");
	if (made)
		report_notice(building->options->report, "made the toolbox '%s'", toolbox.name);
	return 0;
}

static int name_image(struct building *building, const char *image, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	const struct build_options *options = building->options;
	if (!options->repo)
		return 0;
	engine_image_tag(building->engine, image, options->repo, options->tag, engine_keep, &kept);
	if (engine_finish(building->engine, &kept, err) < 0)
		return error_wrap(err, "can't name the image %s:%s", options->repo, options->tag);
	return 0;
}

static int run_nodes(struct building *building, struct build_outcome *outcome, struct error *err)
{
	const struct build_options *options = building->options;
	const struct consul_target *consul = options->consul;
	bool direct = consul && building->manifest->consul_direct;
	struct container_setup setup = {.engine = building->engine,
					.manifest = building->manifest,
					.artifact = building->artifact,
					.values = building->values,
					.report = options->report,
					.toolbox = options->toolbox,
					.consul_direct = direct ? consul->base : NULL,
					.consul_token = direct ? consul->token : NULL};
	struct walk_result result = {0};
	if (ensure_toolbox(building, err) < 0 ||
	    walk_run(building->loop, &setup, building->graph, options->jobs, options->signals,
		     &result, err) < 0)
		return -1;
	outcome->image = result.image;
	report_begin(options->report, commit_node(building));
	report_end(options->report, commit_node(building), NULL, result.commit_us);
	return cache_store(building->engine, commit_node(building)->key, result.image, err);
}

static void tell_cached(const struct building *building)
{
	for (size_t i = 0; i < building->graph->count; i++)
		report_cached(building->options->report, building->graph->nodes[i],
			      "an image was built of the same manifest, files and values");
}

static int64_t size_of(const struct value *image)
{
	const struct value *size = value_get(image, "Size");
	return value_is(size, VALUE_INT) ? size->integer : -1;
}

/* What the image is made of: of no use to anything but people, so that it may fail. */
static void describe(struct building *building, struct build_outcome *outcome)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept image = {0}, layers = {0};
	auto_error struct error ignored = {0}, too = {0};
	int64_t base = size_of(building->base.body);
	engine_image_inspect(building->engine, outcome->image, engine_keep, &image);
	engine_image_history(building->engine, outcome->image, engine_keep, &layers);
	bool known = engine_finish(building->engine, &image, &ignored) == 0;
	outcome->size = known ? size_of(image.body) : -1;
	outcome->added = outcome->size >= base && base >= 0 ? outcome->size - base : -1;
	if (engine_finish(building->engine, &layers, &too) == 0 &&
	    value_is(layers.body, VALUE_LIST))
		report_layers(building->options->report, layers.body);
}

static int run(struct building *building, struct build_outcome *outcome, struct error *err)
{
	if (prepare(building, err) < 0)
		return -1;
	report_graph(building->options->report, building->graph);
	if (building->manifest->facts)
		report_facts(building->options->report, building->manifest->facts);
	if (!building->options->no_cache &&
	    cache_find(building->engine, building->values, commit_node(building)->key,
		       &outcome->image, err) < 0)
		return -1;
	outcome->cached = outcome->image != NULL;
	if (outcome->cached)
		tell_cached(building);
	else if (run_nodes(building, outcome, err) < 0)
		return -1;
	if (name_image(building, outcome->image, err) < 0)
		return -1;
	describe(building, outcome);
	return 0;
}

int build_run(struct loop *loop, struct engine *engine, const struct manifest *manifest,
	      const struct build_options *options, struct build_outcome *outcome, struct error *err)
{
	struct building building = {
		.loop = loop, .engine = engine, .manifest = manifest, .options = options};
	int status = run(&building, outcome, err);
	building_free(&building);
	if (status < 0)
		free(STEAL(outcome->image));
	return status;
}
