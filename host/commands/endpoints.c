#include "host/commands/endpoints.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/record.h"
#include "host/commands/sharing.h"
#include "host/exit_codes.h"

#include <stdlib.h>
#include <string.h>

static bool is_plural(const struct workshop *shop)
{
	return shop->site_count > 1;
}

static size_t number_of(const struct workshop *shop, const struct site *site)
{
	size_t number = 0;
	while (shop->sites[number] != site)
		number++;
	return number;
}

/* --- what is where --- */

static void hold_all(struct places *places, size_t number, const struct value *names)
{
	for (size_t i = 0; value_is(names, VALUE_LIST) && i < names->list.len; i++) {
		const char *name = value_text(names->list.items[i]);
		if (name)
			places_hold(places, number, name);
	}
}

/* An earlier build's image is called after its key (host/build/resume.h). What can't be listed is
 * not known: builds go there as well. */
static void ask_images(const struct workshop *shop, size_t number)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	auto_error struct error ignored = {0};
	struct engine *engine = shop->sites[number]->engine;
	engine_image_list(engine, engine_keep, &kept);
	if (engine_finish(engine, &kept, &ignored) < 0 || !value_is(kept.body, VALUE_LIST))
		return;
	for (size_t i = 0; i < kept.body->list.len; i++) {
		const struct value *image = kept.body->list.items[i];
		const char *id = value_text(value_get(image, "Id"));
		if (id)
			places_hold(shop->places, number, id);
		hold_all(shop->places, number, value_get(image, "RepoTags"));
		hold_all(shop->places, number, value_get(image, "RepoDigests"));
	}
}

/* --- opening and closing --- */

static void add_site(struct workshop *shop, struct engine *engine,
		     const struct endpoint_setting *setting, unsigned jobs)
{
	size_t number = shop->site_count++;
	struct site *site = number ? mem_alloc(sizeof *site) : &shop->site;
	site->loop = shop->site.loop;
	site->toolbox = shop->site.toolbox;
	site->engine = engine;
	site->slots.most = setting->slots ? setting->slots : jobs;
	site->slots.total = site->slots.most;
	shop->sites = mem_resize(shop->sites, shop->site_count, sizeof *shop->sites);
	shop->sites[number] = site;
	struct place_endpoint place = {
		.weight = setting->weight, .slots = site->slots.most, .labels = setting->labels};
	places_add(shop->places, &place);
}

/* Any that opens will do, where there are several; *first is the first failure. */
static void open_all(struct workshop *shop, const struct endpoint_setting *settings, size_t count,
		     struct error *first)
{
	unsigned jobs = shop->site.slots.most;
	for (size_t i = 0; i < count; i++) {
		auto_error struct error failure = {0};
		struct engine *engine = settings_open(shop->settings, shop->site.loop,
						      settings[i].address, &failure);
		if (engine) {
			add_site(shop, engine, &settings[i], jobs);
			continue;
		}
		if (count > 1)
			report_notice(shop->report, "an endpoint is left out: %s", failure.message);
		if (!error_is_set(first))
			error_move(first, &failure);
	}
}

int endpoints_open(struct workshop *shop, struct error *err)
{
	const struct endpoint_setting one = {.address = settings_endpoint(shop->settings),
					     .weight = 1};
	auto_error struct error first = {0};
	size_t count = 1;
	const struct endpoint_setting *all =
		shop->is_spread ? settings_endpoints(&shop->arena, shop->settings, &count) : &one;
	shop->places = places_new();
	open_all(shop, all, count, &first);
	if (!shop->site_count)
		return error_move(err, &first);
	for (size_t i = 0; is_plural(shop) && i < shop->site_count; i++)
		ask_images(shop, i);
	return 0;
}

void endpoints_close(struct workshop *shop)
{
	for (size_t i = 0; i < shop->site_count; i++)
		engine_close(shop->sites[i]->engine);
	for (size_t i = 1; i < shop->site_count; i++) {
		site_clear(shop->sites[i]);
		free(shop->sites[i]);
	}
	free(shop->sites);
	places_free(shop->places);
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

static const char *const *wanted_labels(struct workshop *shop, const struct value *runs_on)
{
	if (!runs_on)
		return NULL;
	const char **labels = arena_alloc(&shop->arena, (runs_on->list.len + 1) * sizeof *labels);
	for (size_t i = 0; i < runs_on->list.len; i++)
		labels[i] = value_text(runs_on->list.items[i]);
	return labels;
}

/* As engines list it: "busybox" is "busybox:latest". */
static const char *full_name(struct workshop *shop, const char *image)
{
	const char *slash = image ? strrchr(image, '/') : NULL;
	if (!image || strchr(slash ? slash : image, ':'))
		return image;
	return arena_printf(&shop->arena, "%s:latest", image);
}

/* What stands on an image of this call runs where that is. */
static bool place_at_base(struct job *job, struct site *site, const struct workshop *shop)
{
	job->site = site;
	return count_begun(shop, site) < site->slots.most;
}

bool endpoints_place(struct workshop *shop, struct job *job)
{
	struct record *record = record_open(job->manifest);
	struct place_build build = {
		.key = job->key ? job->key : record_image_key(record),
		.base = full_name(shop, job->manifest->image),
		.labels = is_plural(shop) ? wanted_labels(shop, job->manifest->runs_on) : NULL};
	size_t chosen = PLACE_NOWHERE;
	bool fits = places_fit(shop->places, &build);
	job->site = NULL;
	if (fits && job->base != NO_JOB) {
		record_free(record);
		return place_at_base(job, shop->jobs[job->base].site, shop);
	}
	for (size_t i = 0; fits && i < shop->site_count; i++)
		places_busy(shop->places, i, count_begun(shop, shop->sites[i]));
	sharing_weigh(shop);
	if (fits)
		chosen = places_choose(shop->places, &build);
	record_free(record);
	if (chosen != PLACE_NOWHERE)
		job->site = shop->sites[chosen];
	return !fits || (job->site && slots_are_free(&job->site->slots));
}

int endpoints_refuse(const struct job *job, struct error *err)
{
	const struct value *runs_on = job->manifest->runs_on;
	auto_buf struct buf labels = {0};
	for (size_t i = 0; runs_on && i < runs_on->list.len; i++)
		buf_printf(&labels, "%s%s", i ? ", " : "", value_text(runs_on->list.items[i]));
	error_set(err,
		  "no endpoint that is left has the labels of `runs_on:` (%s): see `endpoints:` in "
		  "factory's config.yml",
		  labels.len ? labels.data : "none");
	err->exit_code = EXIT_ENGINE;
	return -1;
}

/* --- endpoints that are gone --- */

bool endpoints_live(const struct workshop *shop, const struct job *job)
{
	return places_live(shop->places, number_of(shop, job->site));
}

static bool answers(struct engine *engine)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	auto_error struct error ignored = {0};
	engine_info(engine, engine_keep, &kept);
	return engine_finish(engine, &kept, &ignored) == 0;
}

bool endpoints_lost(struct workshop *shop, const struct job *job)
{
	struct place_build build = {.labels = wanted_labels(shop, job->manifest->runs_on)};
	if (!is_plural(shop) || shop->interrupted || !job->site)
		return false;
	if (endpoints_live(shop, job)) {
		if (answers(job->site->engine))
			return false;
		places_lose(shop->places, number_of(shop, job->site));
	}
	return places_fit(shop->places, &build);
}
