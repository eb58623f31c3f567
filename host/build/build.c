#include "host/build/build.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/container.h"
#include "host/build/plan.h"
#include "host/build/record.h"
#include "host/build/walk.h"
#include "host/toolbox/toolbox.h"

#include <string.h>

/* Everything one build holds. */
struct building {
	struct loop *loop;
	struct engine *engine;
	const struct manifest *manifest;
	const struct build_options *options;
	struct plan plan;
	struct checkpoint checkpoint;
};

static const struct node *commit_node(const struct building *building)
{
	return building->plan.graph->nodes[building->plan.graph->count - 1];
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
	const struct plan *plan = &building->plan;
	const struct consul_target *consul = options->consul;
	bool direct = consul && building->manifest->consul_direct;
	struct container_setup setup = {.engine = building->engine,
					.manifest = building->manifest,
					.artifact = plan->artifact,
					.values = plan->values,
					.report = options->report,
					.toolbox = options->toolbox,
					.consul_direct = direct ? consul->base : NULL,
					.consul_token = direct ? consul->token : NULL,
					.reads = plan->resume.reads};
	struct walk_result result = {0};
	if (ensure_toolbox(building, err) < 0 ||
	    walk_run(building->loop, &setup, plan->graph, &plan->resume, &building->checkpoint,
		     options->jobs, options->signals, &result, err) < 0)
		return -1;
	outcome->image = result.image;
	report_begin(options->report, commit_node(building));
	report_end(options->report, commit_node(building), NULL, result.commit_us);
	return resume_store(building->engine, commit_node(building)->key, result.image, err);
}

static int run(struct building *building, struct build_outcome *outcome, struct error *err)
{
	struct plan *plan = &building->plan;
	report_total(building->options->report, plan->graph->count);
	outcome->cached = plan_is_cached(plan);
	if (outcome->cached)
		outcome->image = STEAL(plan->resume.image);
	else if (run_nodes(building, outcome, err) < 0)
		return -1;
	return name_image(building, outcome->image, err);
}

int build_run(struct loop *loop, struct engine *engine, const struct manifest *manifest,
	      const struct build_options *options, struct build_outcome *outcome, struct error *err)
{
	struct building building = {
		.loop = loop, .engine = engine, .manifest = manifest, .options = options};
	if (plan_make(loop, engine, manifest, options, &building.plan, err) < 0)
		return -1;
	struct record *record = record_open(manifest);
	building.checkpoint.commit_us = record_commit_us(record);
	int status = run(&building, outcome, err);
	record_close(record, building.plan.graph, building.checkpoint.commit_us);
	plan_free(&building.plan);
	if (status < 0)
		free(STEAL(outcome->image));
	return status;
}
