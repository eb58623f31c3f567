/* What is there of a job, for commands that only look. */
#include "host/build/plan.h"
#include "host/commands/endpoints.h"
#include "host/commands/workshop.h"

#include "common/own.h"
#include "host/exit_codes.h"

/* What stands on an image that is still to be built has no key yet. */
static int find_base(struct workshop *shop, const struct job *job, struct error *err)
{
	const struct position *at = &job->manifest->from_at;
	if (job->base == NO_JOB)
		return 0;
	job->manifest->image = shop->jobs[job->base].outcome.image;
	if (job->manifest->image)
		return 0;
	error_set_at(err, at->file, at->line, at->column,
		     "%s, which this manifest stands on, has to be built first: `factory why %s`",
		     job->manifest->from, job->manifest->from);
	err->exit_code = EXIT_STALE;
	return -1;
}

struct site *workshop_site_of(const struct workshop *shop, const char *image)
{
	for (size_t i = 0; shop->site_count > 1 && i < shop->site_count; i++) {
		__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
		auto_error struct error ignored = {0};
		struct engine *engine = shop->sites[i]->engine;
		engine_image_inspect(engine, image, engine_keep, &kept);
		if (engine_finish(engine, &kept, &ignored) == 0 && kept.status == ENGINE_OK)
			return shop->sites[i];
	}
	return shop->sites[0];
}

int job_plan(struct workshop *shop, struct job *job, struct plan *plan, struct error *err)
{
	if (find_base(shop, job, err) < 0 || job_options(shop, job, err) < 0)
		return -1;
	endpoints_place(shop, job);
	struct site *site = job->site;
	if (!site)
		return endpoints_refuse(shop, job, err);
	const struct base *base = site_base(site, job->manifest->image, job->report);
	while (!base_is_known(base))
		if (loop_turn(site->loop, -1, err) < 0)
			return -1;
	if (plan_make(site, base, job->manifest, &job->options, plan, err) < 0)
		return -1;
	return plan_search(site, plan, false, err);
}

int job_find(struct workshop *shop, struct job *job, struct error *err)
{
	__attribute__((cleanup(plan_free))) struct plan plan = {0};
	if (job->outcome.image)
		return 0;
	if (job_plan(shop, job, &plan, err) < 0)
		return -1;
	if (plan_is_cached(&plan))
		job->outcome.image = STEAL(plan.resume.image);
	return 0;
}
