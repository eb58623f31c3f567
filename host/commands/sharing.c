#include "host/commands/sharing.h"

#include "common/own.h"
#include "host/commands/endpoints.h"
#include "host/exit_codes.h"
#include "host/fleet/fleet.h"
#include "host/fleet/identity.h"
#include "host/placement/place.h"

static const char *name_manifests(struct workshop *shop)
{
	auto_buf struct buf names = {0};
	for (size_t i = 0; i < shop->sheet_count; i++)
		if (shop->sheets[i].is_asked_for)
			buf_printf(&names, "%s%s", names.len ? " " : "",
				   shop->sheets[i].manifest->path);
	return arena_strdup(&shop->arena, buf_text(&names));
}

int sharing_join(struct workshop *shop, struct site *site, struct error *err)
{
	char engine[HASH_HEX];
	const char *address = engine_endpoint(site->engine);
	if (fleet_identity(site->engine, engine, err) < 0)
		return error_wrap(err, "can't share %s", address);
	const char *other = fleet_has(shop->fleet, engine);
	if (other) {
		error_set(err, "%s and %s are the same engine: a fleet wants it named once", other,
			  address);
		return error_class(err, EXIT_USAGE, ERROR_OPTION_VALUE);
	}
	site->lot = fleet_join(shop->fleet, &site->slots, engine, address);
	return 0;
}

int sharing_open(struct workshop *shop, const char *what, struct error *err)
{
	const char *prefix = settings_fleet(shop->settings);
	if (!prefix)
		return 0;
	if (consul_target_from(&shop->fleet_consul, shop->settings->consul, NULL, err) < 0)
		return -1;
	const struct fleet_options options = {.loop = shop->site.loop,
					      .consul = &shop->fleet_consul,
					      .prefix = prefix,
					      .manifests = what ? what : name_manifests(shop),
					      .patience_s = shop->settings->patience,
					      .report = shop->report};
	shop->fleet = fleet_open(&options, err);
	if (!shop->fleet)
		return -1;
	for (size_t i = 0; i < shop->site_count; i++)
		if (sharing_join(shop, shop->sites[i], err) < 0)
			return -1;
	return 0;
}

void sharing_close(struct workshop *shop)
{
	for (size_t i = 0; i < shop->site_count; i++)
		shop->sites[i]->lot = NULL;
	for (size_t i = 0; i < shop->job_count; i++) /* of those that have left for nowhere */
		fleet_claim_end(STEAL(shop->jobs[i].outcome.claim));
	fleet_close(STEAL(shop->fleet));
	consul_target_free(&shop->fleet_consul);
}

bool sharing_has_room(const struct site *site)
{
	return site->lot && fleet_has_room(site->lot);
}

void sharing_weigh(struct workshop *shop)
{
	for (size_t i = 0; shop->fleet && i < shop->site_count; i++)
		if (shop->sites[i]->lot) /* one that could not join has none */
			places_others(shop->places, i, fleet_load(shop->sites[i]->lot));
}

bool sharing_waits(const struct site *site)
{
	return site->lot && fleet_waits(site->lot);
}

static struct site *find_better(struct workshop *shop, struct job *job)
{
	bool may_leave =
		job->build && sharing_waits(job->site) && !job->key && build_may_leave(job->build);
	return may_leave ? endpoints_better(shop, job) : NULL;
}

static void leave(struct job *job, const struct site *better)
{
	report_notice(job->report, "there is a slot of %s: going there",
		      engine_endpoint(better->engine));
	build_leave(job->build);
	fleet_offer(job->site->lot);
}

static bool is_awaited(const struct workshop *shop, const struct site *site)
{
	for (size_t i = 0; i < shop->job_count; i++) {
		const struct job *job = &shop->jobs[i];
		if (job->site == site && job->build && build_is_coming(job->build))
			return true;
	}
	return false;
}

/* The slot is had before the place in the queue is given up. One build at a time: the next one is
 * weighed when this one is where it goes. A slot that nothing comes for is for others, who may
 * build what the one that was to come waits for. */
bool sharing_move(struct workshop *shop)
{
	const struct site *wanted = NULL;
	for (size_t i = 0; shop->fleet && !wanted && i < shop->job_count; i++) {
		struct job *job = &shop->jobs[i];
		wanted = find_better(shop, job);
		if (wanted && fleet_book(wanted->lot)) {
			leave(job, wanted);
			return true;
		}
	}
	for (size_t i = 0; shop->fleet && i < shop->site_count; i++) {
		const struct site *site = shop->sites[i];
		if (site != wanted && site->lot && !is_awaited(shop, site))
			fleet_unbook(site->lot);
	}
	return false;
}

void sharing_follow(struct workshop *shop, struct job *job)
{
	job->key = arena_strdup(&shop->arena, job->outcome.key);
	job->followed = job->outcome.where;
	for (size_t i = 0; i < shop->site_count; i++)
		if (shop->sites[i]->lot == job->followed) {
			places_hold(shop->places, i, job->key, 0);
			report_notice(job->report,
				      "another driver builds the same at %s: going there",
				      engine_endpoint(shop->sites[i]->engine));
		}
}
