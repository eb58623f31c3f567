/* One of a workshop's builds: what it is given, and the names of what it makes. */
#include "host/commands/workshop.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>

bool job_is_asked_for(const struct workshop *shop, const struct job *job)
{
	return shop->sheets[job->sheet].is_asked_for;
}

/* --consul, else CONSUL_HTTP_ADDR, else the manifest. */
static int find_consul(const struct workshop *shop, const struct manifest *manifest,
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

static int name_more(struct workshop *shop, const struct job *job, struct error *err)
{
	const struct manifest *manifest = job->manifest;
	bool renamed = shop->repo && job_is_asked_for(shop, job);
	size_t count = !renamed && manifest->repo && manifest->tags ? manifest->tags->list.len : 0;
	for (size_t i = 1; i < count; i++) {
		__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
		const char *tag = name_of(&shop->arena, manifest, i, job->suffix);
		engine_image_tag(shop->site.engine, job->outcome.image, manifest->repo, tag,
				 engine_keep, &kept);
		if (engine_finish(shop->site.engine, &kept, err) < 0)
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
	struct progress_summary summary = {.passed = !failure,
					   .cached = outcome->cached,
					   .image = outcome->image,
					   .name = name ? name : outcome->image,
					   .failure = text,
					   .wall_us = loop_now_us() - job->began,
					   .size = failure ? -1 : outcome->size,
					   .added = failure ? -1 : outcome->added};
	report_over(job->report, &summary);
}

/* The image's id is the base, so that nothing can move it between the two builds. */
int job_start(struct workshop *shop, struct job *job, struct error *err)
{
	bool has_consul = false;
	if (job->base != NO_JOB)
		job->manifest->image = shop->jobs[job->base].outcome.image;
	if (job->dependent)
		report_notice(job->report, "building %s, which %s stands on", job->manifest->path,
			      job->dependent);
	job->began = loop_now_us();
	if (find_consul(shop, job->manifest, &job->consul, &has_consul, err) < 0) {
		tell_end(job, err);
		return -1;
	}
	job->options = (struct build_options){.no_cache = shop->no_cache,
					      .kv = shop->kv,
					      .report = job->report,
					      .consul = has_consul ? &job->consul : NULL};
	choose_name(shop, job);
	job->build = build_start(&shop->site, job->manifest, &job->options);
	return 0;
}

int job_finish(struct workshop *shop, struct job *job, struct error *err)
{
	int status = build_finish(STEAL(job->build), &job->outcome, err);
	if (status == 0)
		status = name_more(shop, job, err);
	job->seconds = (double)(loop_now_us() - job->began) / 1e6;
	tell_end(job, status < 0 ? err : NULL);
	return status;
}
