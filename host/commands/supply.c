#include "host/commands/supply.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/commands/endpoints.h"
#include "host/moving/move.h"

#include <stdlib.h>
#include <string.h>

/* Until one was measured: bytes a second, and what the shortest move takes. */
static const double expected_rate = 1e8, expected_start = 0.1;

struct supply {
	struct workshop *shop;
	struct base_source source;
	struct delivery *deliveries;
	double rate;
};

/* One image on its way. */
struct delivery {
	struct supply *supply;
	struct delivery *next;
	struct move *move;
	struct move_order order;
	char *image; /* as it is listed */
	size_t to;
	uint64_t began_us;
	base_brought *brought;
	void *ctx;
};

static void forget(struct delivery *delivery)
{
	struct delivery **at = &delivery->supply->deliveries;
	while (*at != delivery)
		at = &(*at)->next;
	*at = delivery->next;
	free(delivery->image);
	free(delivery);
}

static void begin(struct delivery *delivery);

static void note(const struct delivery *delivery)
{
	struct places *places = delivery->supply->shop->places;
	uint64_t bytes = places_bytes(places, delivery->image);
	double seconds = (double)(loop_now_us() - delivery->began_us) / 1e6;
	places_hold(places, delivery->to, delivery->image, bytes);
	if (seconds > expected_start && bytes)
		delivery->supply->rate = (double)bytes / seconds;
}

/* Where the registry is of no use, the images go the other way. */
static void arrived(void *ctx, struct error *err)
{
	struct delivery *delivery = ctx;
	delivery->move = NULL;
	if (err && delivery->order.registry) {
		report_notice(delivery->order.report, "not by the registry %s: %s",
			      delivery->order.registry, err->message);
		delivery->order.registry = NULL;
		begin(delivery);
		return;
	}
	if (!err)
		note(delivery);
	base_brought *brought = delivery->brought;
	void *owner = delivery->ctx;
	forget(delivery);
	brought(owner, err);
}

static void begin(struct delivery *delivery)
{
	delivery->began_us = loop_now_us();
	delivery->move = move_start(&delivery->order, arrived, delivery);
}

static bool bring(void *source, struct engine *engine, const char *image, struct report *report,
		  base_brought *brought, void *ctx)
{
	struct supply *supply = source;
	struct workshop *shop = supply->shop;
	size_t to = 0;
	while (shop->sites[to]->engine != engine)
		to++;
	auto_arena struct arena arena = {0};
	const char *listed = endpoints_full_name(&arena, image);
	size_t from = places_holder(shop->places, listed, to);
	if (from == PLACE_NOWHERE || strchr(image, '@') ||
	    !move_is_possible(shop->sites[from]->engine, engine))
		return false;
	struct delivery *delivery = mem_alloc(sizeof *delivery);
	*delivery = (struct delivery){.supply = supply,
				      .next = supply->deliveries,
				      .image = mem_strdup(listed),
				      .to = to,
				      .brought = brought,
				      .ctx = ctx};
	delivery->order = (struct move_order){.loop = shop->site.loop,
					      .from = shop->sites[from]->engine,
					      .to = engine,
					      .image = delivery->image,
					      .registry = shop->settings->registry,
					      .report = report};
	supply->deliveries = delivery;
	begin(delivery);
	return true;
}

struct supply *supply_new(struct workshop *shop)
{
	struct supply *supply = mem_alloc(sizeof *supply);
	*supply = (struct supply){.shop = shop, .source = {bring, supply}, .rate = expected_rate};
	return supply;
}

void supply_free(struct supply *supply)
{
	while (supply && supply->deliveries) {
		move_free(supply->deliveries->move);
		forget(supply->deliveries);
	}
	free(supply);
}

const struct base_source *supply_source(const struct supply *supply)
{
	return &supply->source;
}

double supply_cost(const struct supply *supply, const char *image)
{
	uint64_t bytes = image ? places_bytes(supply->shop->places, image) : 0;
	return expected_start + (double)bytes / supply->rate;
}
