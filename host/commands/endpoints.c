/* Where the jobs of a workshop run, and what is done where that is gone. */
#include "host/commands/endpoints.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/cache/record.h"
#include "host/cache/resume.h"
#include "host/commands/sharing.h"
#include "host/commands/supply.h"
#include "host/exit_codes.h"

#include <stdlib.h>
#include <string.h>

static size_t number_of(const struct workshop *shop, const struct site *site)
{
	size_t number = 0;
	while (shop->sites[number] != site)
		number++;
	return number;
}

/* --- where a job runs --- */

/* Builds that were begun there: each will want a slot, more than there are would only wait. */
static unsigned count_begun(const struct workshop *shop, const struct site *site)
{
	unsigned begun = 0;
	if (sharing_waits(site))
		return site->slots.most;
	for (size_t i = 0; i < shop->job_count; i++)
		begun += shop->jobs[i].build && shop->jobs[i].site == site;
	return begun > site->slots.taken ? begun : site->slots.taken;
}

static const char *const *wanted_labels(struct arena *arena, const struct value *runs_on)
{
	if (!runs_on)
		return NULL;
	const char **labels = arena_alloc(arena, (runs_on->list.len + 1) * sizeof *labels);
	for (size_t i = 0; i < runs_on->list.len; i++)
		labels[i] = value_text(runs_on->list.items[i]);
	return labels;
}

const char *endpoints_full_name(struct arena *arena, const char *image)
{
	const char *slash = image ? strrchr(image, '/') : NULL;
	if (!image || strchr(slash ? slash : image, ':'))
		return image;
	return arena_printf(arena, "%s:latest", image);
}

/* One that waits for a place is asked about often. */
static void read_record(struct workshop *shop, struct job *job)
{
	struct record *record = job->is_known ? NULL : record_open(job->manifest);
	const char *key = record ? record_image_key(record) : NULL;
	if (!record)
		return;
	job->is_known = true;
	job->last = key ? arena_printf(&shop->arena, CACHE_REPOSITORY ":%s", key) : NULL;
	job->cost = (double)record_took_us(record) / 1e6;
	record_free(record);
}

static struct place_build describe(struct workshop *shop, struct job *job, struct arena *arena)
{
	const char *base =
		job->base == NO_JOB ? job->manifest->image : shop->jobs[job->base].outcome.image;
	if (!shop->supply)
		return (struct place_build){0};
	read_record(shop, job);
	base = endpoints_full_name(arena, base);
	return (struct place_build){.key = job->key || shop->no_cache ? job->key : job->last,
				    .base = base,
				    .labels = wanted_labels(arena, job->manifest->runs_on),
				    .cost = job->cost,
				    .move = supply_cost(shop->supply, base)};
}

/* Where its last image is, if it may be taken from there at once: it may well be another one that
 * is wanted now. One that another driver builds is worth a wait. */
static size_t choose(struct workshop *shop, const struct job *job, struct place_build *build)
{
	size_t chosen = places_choose(shop->places, build);
	if (chosen == PLACE_NOWHERE || job->key || !build->key ||
	    slots_are_free(&shop->sites[chosen]->slots))
		return chosen;
	places_end(shop->places, chosen);
	build->key = NULL;
	return places_choose(shop->places, build);
}

static void weigh(struct workshop *shop)
{
	for (size_t i = 0; i < shop->site_count; i++)
		places_busy(shop->places, i, count_begun(shop, shop->sites[i]));
	sharing_weigh(shop);
}

bool endpoints_place(struct workshop *shop, struct job *job)
{
	auto_arena struct arena arena = {0};
	struct place_build build = describe(shop, job, &arena);
	job->site = NULL;
	if (!places_fit(shop->places, &build))
		return !shop->joining; /* one of those may be what it waits for */
	weigh(shop);
	size_t chosen = choose(shop, job, &build);
	if (chosen != PLACE_NOWHERE)
		job->site = shop->sites[chosen];
	return job->site && slots_are_free(&job->site->slots);
}

/* Where it waits there is none. Nothing of it is cached there either, whatever was when its place
 * was chosen. */
struct site *endpoints_better(struct workshop *shop, struct job *job)
{
	auto_arena struct arena arena = {0};
	job->last = NULL;
	struct place_build build = describe(shop, job, &arena);
	weigh(shop);
	for (size_t i = 0; i < shop->site_count; i++)
		if (!sharing_has_room(shop->sites[i]))
			places_busy(shop->places, i, shop->sites[i]->slots.most);
	size_t chosen = places_choose(shop->places, &build);
	return chosen == PLACE_NOWHERE ? NULL : shop->sites[chosen];
}

void endpoints_hold(struct workshop *shop, const struct job *job)
{
	const struct build_outcome *outcome = &job->outcome;
	if (job->site && outcome->image)
		places_hold(shop->places, number_of(shop, job->site), outcome->image,
			    outcome->size > 0 ? (uint64_t)outcome->size : 0);
}

bool endpoints_hold_key(void *ctx, const struct site *site, const char *key)
{
	const struct workshop *shop = ctx;
	autofree char *name = mem_printf(CACHE_REPOSITORY ":%s", key);
	return places_holder(shop->places, name, number_of(shop, site)) != PLACE_NOWHERE;
}

void endpoints_follow(struct workshop *shop, struct job *job)
{
	job->key = arena_printf(&shop->arena, CACHE_REPOSITORY ":%s", job->outcome.key);
	report_notice(job->report, "another endpoint has its image: going there");
}

static bool any_lives(const struct workshop *shop)
{
	bool any = false;
	for (size_t i = 0; i < shop->site_count; i++)
		any |= places_live(shop->places, i);
	return any;
}

int endpoints_refuse(const struct workshop *shop, const struct job *job, struct error *err)
{
	const struct value *runs_on = job->manifest->runs_on;
	auto_buf struct buf labels = {0};
	for (size_t i = 0; runs_on && i < runs_on->list.len; i++)
		buf_printf(&labels, "%s%s", i ? ", " : "", value_text(runs_on->list.items[i]));
	if (!any_lives(shop)) {
		error_set(err, "no endpoint is left: all of them are gone");
		return error_class(err, EXIT_ENGINE, ERROR_ENGINE_UNREACHABLE);
	}
	error_set(err,
		  "no endpoint that is left has the labels of `runs_on:` (%s): see `endpoints:` in "
		  "factory's config.yml",
		  labels.len ? labels.data : "none");
	return error_class(err, EXIT_ENGINE, ERROR_ENGINE_LABELS);
}

/* --- endpoints that are gone --- */

bool endpoints_live(const struct workshop *shop, const struct job *job)
{
	return places_live(shop->places, number_of(shop, job->site));
}

void endpoints_lose(struct workshop *shop, size_t number)
{
	if (places_live(shop->places, number))
		shop->has_lost = true;
	places_lose(shop->places, number);
}

bool endpoints_has(const struct workshop *shop, const char *image)
{
	return places_holder(shop->places, image, PLACE_NOWHERE) != PLACE_NOWHERE;
}

/* All of them at once: one that is silent takes as long as many. Returns the first that is lost by
 * that, or NULL. */
static const struct site *ask_all(struct workshop *shop)
{
	size_t count = shop->site_count;
	const struct site *lost = NULL;
	struct engine_kept *kept = mem_alloc(count * sizeof *kept);
	for (size_t i = 0; i < count; i++)
		kept[i].ended = !places_live(shop->places, i) ||
				!engine_ping(shop->sites[i]->engine, engine_keep, &kept[i]);
	for (size_t i = 0; i < count; i++) {
		auto_error struct error silent = {0};
		if (engine_finish(shop->sites[i]->engine, &kept[i], &silent) < 0) {
			engine_lose(shop->sites[i]->engine, &silent);
			endpoints_lose(shop, i);
			lost = lost ? lost : shop->sites[i];
		}
		engine_kept_free(&kept[i]);
	}
	free(kept);
	return lost;
}

/* Where it ran or where its base is; else one that may have been to give it an image. */
static const struct site *find_lost(struct workshop *shop, const struct job *job)
{
	const struct job *base = job->base == NO_JOB ? NULL : &shop->jobs[job->base];
	const struct site *lost = ask_all(shop);
	if (!endpoints_live(shop, job))
		return job->site;
	if (base && !endpoints_live(shop, base) && !endpoints_has(shop, base->outcome.image))
		return base->site;
	return lost;
}

const char *endpoints_lost(struct workshop *shop, struct job *job, bool *again)
{
	auto_arena struct arena arena = {0};
	struct place_build build = {.labels = wanted_labels(&arena, job->manifest->runs_on)};
	if (!shop->supply || shop->interrupted || !job->site)
		return NULL;
	const struct site *lost = find_lost(shop, job);
	*again = lost && (shop->joining || places_fit(shop->places, &build));
	return lost ? engine_endpoint(lost->engine) : NULL;
}
