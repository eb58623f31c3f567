#include "host/build/build.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/container.h"
#include "host/build/plan.h"
#include "host/build/record.h"
#include "host/build/walk.h"

#include <string.h>

struct build {
	struct site *site;
	const struct manifest *manifest;
	const struct build_options *options;
	struct plan plan;
	struct record *record; /* NULL: it came to no plan */
	struct checkpoint checkpoint;
	struct container_setup setup;
	struct walk *walk; /* NULL: there was nothing to run, or it is waiting */
	struct caches *caches;
	uint32_t waiting; /* for another build that has a cache directory: a timer; 0: it is not */
	bool told;        /* that it waits */
	struct error failure;
};

static void build_free(struct build *build)
{
	if (build->record)
		record_close(build->record, build->plan.graph, build->checkpoint.commit_us);
	loop_cancel(build->site->loop, build->waiting);
	caches_free(build->caches);
	plan_free(&build->plan);
	error_clear(&build->failure);
	free(build);
}

static const struct node *commit_node(const struct build *build)
{
	return build->plan.graph->nodes[build->plan.graph->count - 1];
}

static void start_walk(struct build *build)
{
	const struct build_options *options = build->options;
	const struct plan *plan = &build->plan;
	const struct consul_target *consul = options->consul;
	bool direct = consul && build->manifest->consul_direct;
	build->setup = (struct container_setup){.engine = build->site->engine,
						.manifest = build->manifest,
						.artifact = plan->artifact,
						.values = plan->values,
						.report = options->report,
						.toolbox = build->site->toolbox,
						.consul_direct = direct ? consul->base : NULL,
						.consul_token = direct ? consul->token : NULL,
						.caches = build->caches,
						.reads = plan->resume.reads};
	build->walk = walk_start(&build->setup, plan->graph, &plan->resume, &build->checkpoint,
				 &build->site->slots);
}

static void start_unlocked(struct build *build);

static void on_time(void *ctx)
{
	struct build *build = ctx;
	build->waiting = 0;
	start_unlocked(build);
}

static void wait_for(struct build *build, const char *cache)
{
	enum { AGAIN_MS = 100 };
	if (!build->told)
		report_notice(build->options->report,
			      "waiting for another build that uses the cache directory %s", cache);
	build->told = true;
	build->waiting = loop_after(build->site->loop, AGAIN_MS, on_time, build);
}

/* As soon as its cache directories are free; a failure is kept. */
static void start_unlocked(struct build *build)
{
	const char *busy = NULL;
	int taken = build->caches ? caches_lock(build->caches, &busy, &build->failure) : 1;
	if (taken == 0)
		wait_for(build, busy);
	else if (taken > 0)
		start_walk(build);
}

static int start(struct build *build, struct error *err)
{
	if (plan_make(build->site, build->manifest, build->options, &build->plan, err) < 0)
		return -1;
	build->record = record_open(build->manifest);
	build->checkpoint.commit_us = record_commit_us(build->record);
	report_total(build->options->report, build->plan.graph->count);
	if (plan_is_cached(&build->plan))
		return 0;
	if (site_toolbox(build->site, build->options->report, err) < 0)
		return -1;
	build->caches = caches_new(build->manifest);
	start_unlocked(build);
	return 0;
}

struct build *build_start(struct site *site, const struct manifest *manifest,
			  const struct build_options *options)
{
	struct build *build = mem_alloc(sizeof *build);
	build->site = site;
	build->manifest = manifest;
	build->options = options;
	start(build, &build->failure);
	return build;
}

void build_go_on(struct build *build)
{
	if (build->walk)
		walk_go_on(build->walk);
}

void build_interrupt(struct build *build, const char *why, int exit_code)
{
	loop_cancel(build->site->loop, build->waiting);
	build->waiting = 0;
	if (build->walk) {
		walk_interrupt(build->walk, why, exit_code);
	} else if (!error_is_set(&build->failure)) {
		error_set(&build->failure, "%s", why);
		build->failure.exit_code = exit_code;
	}
}

bool build_is_over(const struct build *build)
{
	return build->walk ? walk_is_over(build->walk) : !build->waiting;
}

static int name_image(struct build *build, const char *image, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	const struct build_options *options = build->options;
	if (!options->repo)
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
	return resume_store(build->site->engine, commit_node(build)->key, result.image, err);
}

static int finish(struct build *build, struct build_outcome *outcome, struct error *err)
{
	if (error_is_set(&build->failure))
		return error_move(err, &build->failure);
	outcome->cached = !build->walk;
	if (outcome->cached)
		outcome->image = STEAL(build->plan.resume.image);
	else if (finish_walk(build, outcome, err) < 0)
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
