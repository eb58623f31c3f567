/* The endpoints of a workshop as they are opened: all are asked at once, and one that is slow to
 * answer joins the others when it does. */
#include "host/commands/endpoints.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/commands/sharing.h"
#include "host/commands/supply.h"
#include "host/engine/familiar.h"
#include "host/exit_codes.h"
#include "host/interrupt.h"

#include <stdlib.h>

enum { TOGETHER_US = 250000, LOOK_MS = 100 };

/* One that was asked whether it answers. */
struct joining {
	struct joining *next;
	struct endpoint_setting setting;
	struct engine *knock; /* NULL: it needs none */
	bool has_answered;
	struct error failure;
};

/* --- what is where --- */

static void hold_all(struct places *places, size_t number, const struct value *names,
		     uint64_t bytes)
{
	for (size_t i = 0; value_is(names, VALUE_LIST) && i < names->list.len; i++) {
		const char *name = value_text(names->list.items[i]);
		if (!name)
			continue;
		places_hold(places, number, name, bytes);
		if (familiar_name(name) != name)
			places_hold(places, number, familiar_name(name), bytes);
	}
}

/* An earlier build's image is called after its key (host/cache/resume.h). What can't be listed is
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
		uint64_t bytes = value_size(value_get(image, "Size"));
		if (id)
			places_hold(shop->places, number, id, bytes);
		hold_all(shop->places, number, value_get(image, "RepoTags"), bytes);
		hold_all(shop->places, number, value_get(image, "RepoDigests"), bytes);
	}
}

/* --- opening --- */

static int add_site(struct workshop *shop, const struct endpoint_setting *setting,
		    struct error *err)
{
	const struct engine_address address = settings_address(shop->settings, setting);
	struct engine *engine = engine_open_at(shop->site.loop, &address, err);
	if (!engine)
		return -1;
	size_t number = shop->site_count++;
	struct site *site = number ? mem_alloc(sizeof *site) : &shop->site;
	site->loop = shop->site.loop;
	site->toolbox = shop->site.toolbox;
	site->engine = engine;
	site->source = shop->supply ? supply_source(shop->supply) : NULL;
	site->slots.most = setting->slots ? setting->slots : shop->jobs_at_once;
	site->slots.total = site->slots.most;
	site->slots.freed = shop->site.slots.freed;
	site->slots.ctx = shop->site.slots.ctx;
	shop->sites = mem_resize(shop->sites, shop->site_count, sizeof *shop->sites);
	shop->sites[number] = site;
	struct place_endpoint place = {
		.weight = setting->weight, .slots = site->slots.most, .labels = setting->labels};
	places_add(shop->places, &place);
	if (shop->supply)
		ask_images(shop, number);
	return 0;
}

static void answered(void *ctx, const struct engine_result *result)
{
	struct joining *joining = ctx;
	joining->has_answered = true;
	if (result->status != ENGINE_OK)
		error_move(&joining->failure, result->error);
}

static void knock(struct workshop *shop, const struct endpoint_setting *setting,
		  struct joining **at)
{
	const struct engine_address address = settings_address(shop->settings, setting);
	struct joining *joining = mem_alloc(sizeof *joining);
	joining->setting = *setting;
	joining->knock =
		engine_knock(shop->site.loop, &address, answered, joining, &joining->failure);
	joining->has_answered = !joining->knock;
	*at = joining;
}

static void forget(struct joining *joining)
{
	if (joining->knock)
		engine_close(joining->knock);
	error_clear(&joining->failure);
	free(joining);
}

/* One that can't be shared, where others are, is there for nobody. */
static void take_in(struct workshop *shop, const struct endpoint_setting *setting,
		    struct error *err)
{
	size_t number = shop->site_count;
	if (add_site(shop, setting, err) == 0 && shop->fleet &&
	    sharing_join(shop, shop->sites[number], err) < 0)
		endpoints_lose(shop, number);
}

bool endpoints_join(struct workshop *shop)
{
	bool any = false;
	for (struct joining **at = &shop->joining; *at;) {
		struct joining *joining = *at;
		if (!joining->has_answered) {
			at = &joining->next;
			continue;
		}
		struct error *failure = &joining->failure;
		*at = joining->next;
		any = true;
		if (!error_is_set(failure))
			take_in(shop, &joining->setting, failure);
		if (error_is_set(failure)) {
			report_notice(shop->report, "an endpoint is left out: %s",
				      failure->message);
			if (!error_is_set(&shop->first_failure))
				error_move(&shop->first_failure, failure);
		}
		forget(joining);
	}
	return any;
}

/* Whether there is nothing to be waited for. *since: when the first one answered. */
static bool is_ready(const struct workshop *shop, uint64_t *since)
{
	bool pending = false, any = false;
	for (const struct joining *each = shop->joining; each; each = each->next) {
		pending |= !each->has_answered;
		any |= each->has_answered && !error_is_set(&each->failure);
	}
	if (any && !*since)
		*since = loop_now_us();
	return !pending || (any && !shop->wants_all && loop_now_us() > *since + TOGETHER_US);
}

static int open_all(struct workshop *shop, struct error *err)
{
	uint64_t since = 0;
	do {
		while (!is_ready(shop, &since)) {
			if (loop_turn(shop->site.loop, LOOK_MS, err) < 0)
				return -1;
			if (!interrupt_pending())
				continue;
			return interrupt_error(interrupt_pending(), err);
		}
		endpoints_join(shop);
	} while (!shop->site_count && shop->joining);
	return shop->site_count ? 0 : error_move(err, &shop->first_failure);
}

int endpoints_open(struct workshop *shop, struct error *err)
{
	size_t count = 1;
	const struct endpoint_setting one = settings_endpoint(&shop->arena, shop->settings);
	const struct endpoint_setting *all =
		shop->is_spread ? settings_endpoints(&shop->arena, shop->settings, &count) : &one;
	struct joining **end = &shop->joining;
	shop->places = places_new();
	shop->jobs_at_once = shop->site.slots.most ? shop->site.slots.most : 1;
	if (count == 1)
		return add_site(shop, all, err);
	shop->supply = supply_new(shop);
	for (size_t i = 0; i < count; i++) {
		knock(shop, &all[i], end);
		end = &(*end)->next;
	}
	return open_all(shop, err);
}

void endpoints_close(struct workshop *shop)
{
	while (shop->joining) {
		struct joining *joining = shop->joining;
		shop->joining = joining->next;
		forget(joining);
	}
	for (size_t i = 0; i < shop->site_count; i++)
		engine_close(shop->sites[i]->engine);
	for (size_t i = 1; i < shop->site_count; i++) {
		site_clear(shop->sites[i]);
		free(shop->sites[i]);
	}
	error_clear(&shop->first_failure);
	free(shop->sites);
	supply_free(shop->supply);
	places_free(shop->places);
}
