#include "host/build/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/reasons.h"
#include "host/container/trail.h"
#include "host/engine/inventory.h"

enum { CLAIM_PAUSE_MS = 50 }; /* between two looks whether another build has ended */

/* What an earlier build ran, and this one need not. */
static void note_cached(struct build *build)
{
	const struct plan *plan = &build->plan;
	buf_clear(&build->trail);
	for (size_t i = 1; i < plan->resume.at && i < plan->graph->chain_end; i++)
		trail_add(&build->trail, plan->graph->nodes[i], true, 0,
			  report_hidden(build->options->report));
}

/* The mount point that volumes-from leaves has the time of the build, and nobody can set it: with
 * SOURCE_DATE_EPOCH there is none either, where the engine lets us. */
static int find_volume(struct build *build, struct error *err)
{
	const struct manifest *manifest = build->plan.manifest;
	auto_error struct error failed = {0};
	if (!manifest->traceless && !manifest->epoch)
		return 0;
	if (engine_needs_inventory(build->site->engine, &failed) == 0)
		build->setup.toolbox_volume = site_toolbox_volume(build->site, &failed);
	if (build->setup.toolbox_volume || !manifest->traceless)
		return 0;
	error_move(err, &failed);
	return error_wrap(err, "`traceless`");
}

/* For people, so that there is none where nothing is known of an earlier build. */
static void tell_plan(struct build *build)
{
	auto_arena struct arena arena = {0};
	if (build->record)
		report_plan(build->options->report,
			    reasons_of_plan(&build->plan, build->record, &arena));
}

static int start_walk(struct build *build, struct error *err)
{
	const struct build_options *options = build->options;
	const struct plan *plan = &build->plan;
	const struct consul_target *consul = options->consul;
	bool direct = consul && build->manifest->consul_direct;
	note_cached(build);
	build->setup =
		(struct container_setup){.loop = build->site->loop,
					 .engine = build->site->engine,
					 .manifest = plan->manifest,
					 .artifact = plan->artifact,
					 .values = plan->values,
					 .report = options->report,
					 .site = build->site,
					 .holds = options->guide != NULL,
					 .toolbox = build->site->toolbox,
					 .consul_direct = direct ? consul->base : NULL,
					 .consul_token = direct ? consul->token : NULL,
					 .throwaway = options->throwaway,
					 .caches = build->caches,
					 .uses = build->uses,
					 .trail = build->trail.len ? build->trail.data : NULL,
					 .reads = plan->resume.reads};
	if (site_toolbox(build->site, options->report, err) < 0)
		return -1;
	if (find_volume(build, err) < 0)
		return -1;
	if (build->at == AT_END) /* interrupted while that blocked */
		return 0;
	tell_plan(build);
	build->walk = walk_start(&build->setup, plan->graph, &plan->resume, &build->checkpoint,
				 options->guide, &build->site->slots);
	build->began_us = loop_now_us();
	build->at = AT_WALK;
	return 0;
}

/* --- the cache, and who fills it --- */

/* `whole`: only whether all is there. */
static int search(struct build *build, bool whole, struct error *err)
{
	int status = plan_search(build->site, &build->plan, whole, err);
	if (status == 0 && plan_is_cached(&build->plan))
		build->at = AT_END;
	return status;
}

static void on_time(void *ctx)
{
	struct build *build = ctx;
	build->timer = 0;
}

/* Returns 0. what: told once, or NULL. */
static int wait_for(struct build *build, const char *what, const char *name)
{
	if (what && !build->is_told)
		report_notice(build->options->report, "%s%s", what, name);
	build->is_told |= what != NULL;
	build->at = AT_CLAIM;
	build->timer = loop_after(build->site->loop, CLAIM_PAUSE_MS, on_time, build);
	return 0;
}

/* Whoever runs all in any case has no use for what another one builds. */
static bool needs_claim(const struct build *build)
{
	const struct build_options *options = build->options;
	return !options->no_cache && !options->throwaway && !options->from_step;
}

static void on_rivals(void *ctx)
{
	struct build *build = ctx;
	loop_cancel(build->site->loop, build->timer);
	build->timer = 0;
}

static enum rivals_say look_at_rivals(struct build *build, const char **why)
{
	struct rivals *rivals = &build->rivals;
	const struct build_options *options = build->options;
	if (!needs_claim(build))
		return RIVALS_NONE;
	rivals->site = build->site;
	rivals->key = build_commit(build)->key;
	rivals->manifest = build->manifest->path;
	rivals->report = options->report;
	rivals->followed = options->followed;
	rivals->changed = on_rivals;
	rivals->ctx = build;
	return rivals_look(rivals, why);
}

static int lock_caches(struct build *build, const char **busy, struct error *err)
{
	const char *endpoint = engine_endpoint(build->site->engine);
	return build->caches ? caches_lock(build->caches, endpoint, busy, err) : 1;
}

/* One that is being cleaned away is made anew. */
static void use_caches(struct build *build)
{
	size_t count;
	const struct engine_volume *volumes = caches_volumes(build->caches, &count);
	for (size_t i = 0; i < count; i++)
		uses_take(build->uses, volumes[i].source);
}

/* Returns 0. */
static int leave(struct build *build, enum build_left why)
{
	build->left = why;
	build->at = AT_END;
	return 0;
}

/* Looks once it is ours, for whoever had it has filled the cache. */
static int try_claim(struct build *build, struct error *err)
{
	const char *busy;
	if (build->at == AT_END)
		return 0;
	enum rivals_say rivals = look_at_rivals(build, &busy);
	if (rivals == RIVALS_WAIT)
		return wait_for(build, busy, "");
	if (rivals == RIVALS_ELSEWHERE)
		return leave(build, BUILD_FOLLOWS);
	use_caches(build);
	int taken = lock_caches(build, &busy, err);
	if (taken == 0)
		return wait_for(build, "waiting for another build that uses the cache directory ",
				busy);
	if (taken < 0 || search(build, false, err) < 0)
		return -1;
	return build->at == AT_END ? 0 : start_walk(build, err);
}

/* The images of other places are known by their names; what they have read is looked at there. */
static bool is_elsewhere(const struct build *build)
{
	const struct build_options *options = build->options;
	return options->is_elsewhere &&
	       options->is_elsewhere(options->ctx, build->site, build_commit(build)->key);
}

static int use_base(struct build *build, struct error *err)
{
	struct plan *plan = &build->plan;
	if (plan_make(build->site, build->base, build->manifest, build->options, plan, err) < 0)
		return -1;
	if (!build->options->throwaway && !build->options->untested) {
		build->record = record_open(build->manifest);
		build->checkpoint.commit_us = record_commit_us(build->record);
	}
	plan->uses = build->uses;
	report_graph(build->options->report, plan->graph, engine_endpoint(build->site->engine));
	if (needs_claim(build) && search(build, true, err) < 0)
		return -1;
	if (needs_claim(build) && build->at != AT_END && is_elsewhere(build))
		return leave(build, BUILD_IS_THERE);
	if (build->at != AT_END)
		build->caches = caches_new(build->manifest);
	return try_claim(build, err);
}

struct build *build_start(struct site *site, const struct manifest *manifest,
			  const struct build_options *options)
{
	struct build *build = mem_alloc(sizeof *build);
	build->site = site;
	build->untested = *manifest;
	build->untested.tests.count = 0;
	build->manifest = options->untested ? &build->untested : manifest;
	build->options = options;
	build->rivals.claim.fd = -1;
	build->rivals.brought = options->claim;
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

bool build_may_leave(const struct build *build)
{
	return build->walk && walk_is_pending(build->walk) && !build->options->guide &&
	       !build->plan.resume.image;
}

void build_leave(struct build *build)
{
	struct walk_result none = {0};
	auto_error struct error never = {0};
	walk_finish(STEAL(build->walk), &none, &never);
	leave(build, BUILD_LEFT);
}

bool build_is_coming(const struct build *build)
{
	return build->at == AT_BASE || (build->at == AT_CLAIM && !build->is_told);
}

bool build_is_over(const struct build *build)
{
	return build->at == AT_WALK ? walk_is_over(build->walk) : build->at == AT_END;
}
