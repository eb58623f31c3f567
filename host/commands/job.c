/* One of a workshop's builds: what it is given, and the names of what it makes. */
#include "host/commands/workshop.h"
#include "host/interactive/pilot.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/commands/endpoints.h"
#include "host/commands/sharing.h"
#include "host/exit_codes.h"
#include "host/explain/codes.h"

#include <stdlib.h>

bool job_is_asked_for(const struct workshop *shop, const struct job *job)
{
	return shop->sheets[job->sheet].is_asked_for;
}

int workshop_consul(const struct workshop *shop, const struct manifest *manifest,
		    struct consul_target *consul, bool *found, struct error *err)
{
	const char *address = shop->settings->consul, *environment = getenv("CONSUL_HTTP_ADDR");
	if (!address && !(environment && *environment))
		address = manifest->consul;
	*found = address || (environment && *environment);
	return *found ? consul_target_from(consul, address, NULL, err) : 0;
}

/* An image may have several names: -t's one, else all of the manifest's. */
static const char *name_of(struct arena *arena, const struct manifest *manifest, size_t i,
			   const char *suffix)
{
	const char *tag = manifest->tags ? value_text(manifest->tags->list.items[i]) : "latest";
	return suffix ? arena_printf(arena, "%s-%s", tag, suffix) : tag;
}

/* The first of its names; more are given by name_more. */
static void choose_name(struct workshop *shop, struct job *job)
{
	const struct manifest *manifest = job->manifest;
	struct build_options *options = &job->options;
	bool tagged = !manifest->tags || manifest->tags->list.len;
	if (shop->repo && job_is_asked_for(shop, job)) {
		options->repo = shop->repo;
		options->tag = job->suffix
				       ? arena_printf(&shop->arena, "%s-%s", shop->tag, job->suffix)
				       : shop->tag;
	} else if (manifest->repo) {
		options->repo = manifest->repo;
		options->tag = tagged ? name_of(&shop->arena, manifest, 0, job->suffix) : "latest";
	}
}

/* How many the manifest gives it. */
static size_t count_names(const struct workshop *shop, const struct job *job)
{
	const struct manifest *manifest = job->manifest;
	bool renamed = shop->repo && job_is_asked_for(shop, job);
	return !renamed && manifest->repo && manifest->tags ? manifest->tags->list.len : 0;
}

size_t job_count_names(const struct workshop *shop, const struct job *job)
{
	size_t more = count_names(shop, job);
	return more ? more : job->options.repo != NULL;
}

const char *job_name(struct workshop *shop, const struct job *job, size_t i)
{
	const struct build_options *options = &job->options;
	const struct manifest *manifest = job->manifest;
	if (!options->repo)
		return job->outcome.image;
	if (i == 0)
		return arena_printf(&shop->arena, "%s:%s", options->repo, options->tag);
	return arena_printf(&shop->arena, "%s:%s", manifest->repo,
			    name_of(&shop->arena, manifest, i, job->suffix));
}

static int name_more(struct workshop *shop, const struct job *job, struct error *err)
{
	const struct manifest *manifest = job->manifest;
	for (size_t i = 1; i < count_names(shop, job); i++) {
		__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
		const char *tag = name_of(&shop->arena, manifest, i, job->suffix);
		engine_image_tag(job->site->engine, job->outcome.image, manifest->repo, tag,
				 engine_keep, &kept);
		if (engine_finish(job->site->engine, &kept, err) < 0)
			return error_wrap(err, "can't name the image %s:%s", manifest->repo, tag);
	}
	return 0;
}

/* Tells how a job has ended; failure NULL: well. */
static void tell_end(const struct job *job, const struct error *failure)
{
	const struct build_outcome *outcome = &job->outcome;
	const struct build_options *options = &job->options;
	autofree char *text = failure ? error_text(failure) : NULL;
	autofree char *name =
		options->repo ? mem_printf("%s:%s", options->repo, options->tag) : NULL;
	const char *shown = name ? name : outcome->image;
	struct progress_summary summary = {.passed = !failure,
					   .cached = outcome->cached,
					   .image = outcome->image,
					   .name = options->throwaway ? NULL : shown,
					   .failure = text,
					   .code = failure ? (int)explain_error(failure)->code : 0,
					   .wall_us = (uint64_t)(job->seconds * 1e6),
					   .size = failure ? -1 : outcome->size,
					   .added = failure ? -1 : outcome->added};
	report_over(job->report, &summary);
}

/* --push means what was asked for, `push: true` its own manifest. */
static bool is_pushed(const struct workshop *shop, const struct job *job)
{
	return !job->options.untested &&
	       (job->manifest->push || (shop->push && job_is_asked_for(shop, job)));
}

static int push_all(struct workshop *shop, const struct job *job, struct error *err)
{
	const struct manifest *manifest = job->manifest;
	if (!is_pushed(shop, job))
		return 0;
	if (job_push(shop, job, job->options.repo, job->options.tag, err) < 0)
		return -1;
	for (size_t i = 1; i < count_names(shop, job); i++)
		if (job_push(shop, job, manifest->repo,
			     name_of(&shop->arena, manifest, i, job->suffix), err) < 0)
			return -1;
	return 0;
}

/* Before anything is built. */
static int check_push(const struct workshop *shop, const struct job *job, struct error *err)
{
	if (!is_pushed(shop, job) || job->options.repo)
		return 0;
	error_set(err, "--push needs a name to push to: give -t REPO:TAG, or `artifact:` in the "
		       "manifest");
	err->exit_code = EXIT_USAGE;
	return -1;
}

int job_options(struct workshop *shop, struct job *job, struct error *err)
{
	bool has_consul = false;
	consul_target_free(&job->consul); /* of a place where it was not built */
	if (workshop_consul(shop, job->manifest, &job->consul, &has_consul, err) < 0)
		return -1;
	job->options = (struct build_options){
		.no_cache = shop->no_cache,
		.from_step = job_is_asked_for(shop, job) ? shop->from_step : NULL,
		.untested = shop->untested && job_is_asked_for(shop, job),
		.throwaway = shop->throwaway && job_is_asked_for(shop, job),
		.followed = job->followed,
		.is_elsewhere = shop->supply && !job->key ? endpoints_hold_key : NULL,
		.ctx = shop,
		.lent = shop->lent && job_is_asked_for(shop, job),
		.guide = shop->pilot && job_is_asked_for(shop, job) ? pilot_guide(shop->pilot)
								    : NULL,
		.kv = shop->kv,
		.report = job->report,
		.consul = has_consul ? &job->consul : NULL};
	return 0;
}

/* The image's id is the base, so that nothing can move it between the two builds. */
static int begin(struct workshop *shop, struct job *job, struct error *err)
{
	if (!job->site)
		return endpoints_refuse(shop, job, err);
	if (job->base != NO_JOB)
		job->manifest->image = shop->jobs[job->base].outcome.image;
	if (job->dependent && !job->began)
		report_notice(job->report, "building %s, which %s stands on", job->manifest->path,
			      job->dependent);
	job->began = loop_now_us();
	if (job_options(shop, job, err) < 0)
		return -1;
	if (!job->options.untested)
		choose_name(shop, job);
	if (check_push(shop, job, err) < 0)
		return -1;
	job->options.claim = STEAL(job->outcome.claim);
	job->build = build_start(job->site, job->manifest, &job->options);
	return 0;
}

int job_start(struct workshop *shop, struct job *job, struct error *err)
{
	int status = begin(shop, job, err);
	if (status < 0)
		tell_end(job, err);
	return status;
}

/* Whether it is to be built again on another endpoint. */
static bool is_lost(struct workshop *shop, struct job *job, struct error *err)
{
	bool again = false;
	const char *lost = err->exit_code == EXIT_STEP ? NULL : endpoints_lost(shop, job, &again);
	if (!lost)
		return false;
	job->lost = lost;
	if (again)
		report_notice(job->report, "%s is gone (%s): building on another endpoint", lost,
			      err->message);
	else
		error_wrap(err, "%s is gone, and no other endpoint is left for it", lost);
	error_class(err, EXIT_ENGINE, ERROR_ENGINE_UNREACHABLE);
	return again;
}

/* By its key it is placed where its image is, or will be. */
static void leave(struct workshop *shop, struct job *job)
{
	if (job->outcome.left == BUILD_FOLLOWS)
		sharing_follow(shop, job);
	else if (job->outcome.left == BUILD_IS_THERE)
		endpoints_follow(shop, job);
}

int job_finish(struct workshop *shop, struct job *job, struct error *err)
{
	int status = build_finish(STEAL(job->build), &job->outcome, err);
	if (status == 0 && job->outcome.left) {
		leave(shop, job);
		return 1;
	}
	if (status == 0 && !job->options.untested)
		status = name_more(shop, job, err);
	if (status < 0 && is_lost(shop, job, err))
		return 1;
	job->seconds = (double)(loop_now_us() - job->began) / 1e6;
	if (status == 0 && !job->options.throwaway)
		status = push_all(shop, job, err);
	tell_end(job, status < 0 ? err : NULL);
	return status;
}
