#include "host/clean/gc.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/clean/amounts.h"
#include "host/clean/parts.h"
#include "host/clean/removal.h"

#include <stdlib.h>

enum { NETWORK_OLD = 86400 }; /* whose maker this machine can't know of */

struct collecting {
	struct engine *engine;
	struct stock *stock;
	const struct gc_options *options;
	struct gc_outcome *outcome;
	time_t now;
};

static time_t last_use(const struct stock_item *item, time_t now)
{
	time_t used = amount_past(item->used, now), created = amount_past(item->created, now);
	return used > created ? used : created;
}

static bool is_left(const struct collecting *collecting, const struct stock_item *item)
{
	time_t created = amount_past(item->created, collecting->now);
	time_t age = collecting->now - created;
	bool old_network = item->kind == STOCK_NETWORK && created && age >= NETWORK_OLD;
	return (item->is_orphan && age >= collecting->options->orphans) || old_network;
}

static bool is_unused(const struct collecting *collecting, const struct stock_item *item)
{
	time_t unused = collecting->options->unused;
	bool may_age = item->kind == STOCK_CHECKPOINT || item->kind == STOCK_CACHE;
	return may_age && unused >= 0 &&
	       collecting->now - last_use(item, collecting->now) >= unused;
}

static int64_t freed_by(const struct collecting *collecting, const struct stock_item *item)
{
	if (item->image)
		return images_drop_name(collecting->stock, item->image,
					item->kind == STOCK_CHECKPOINT);
	return item->size > 0 ? item->size : 0;
}

static int collect(const struct collecting *collecting, const struct stock_item *item,
		   struct error *err)
{
	const struct gc_options *options = collecting->options;
	int status =
		options->dry_run ? !item->is_running : removal_run(collecting->engine, item, err);
	if (status < 0)
		return -1;
	if (status == 0) {
		collecting->outcome->kept++;
		return 0;
	}
	int64_t freed = freed_by(collecting, item);
	collecting->outcome->gone++;
	collecting->outcome->freed += freed;
	options->tell(options->ctx, item, freed);
	return 0;
}

static int by_last_use(const void *left, const void *right, void *now)
{
	const struct stock_item *const *a = left, *const *b = right;
	time_t first = last_use(*a, *(time_t *)now), second = last_use(*b, *(time_t *)now);
	return first < second ? -1 : first > second;
}

/* Those of one kind, the one that was used longest ago first. */
static size_t choose(const struct collecting *collecting, enum stock_kind kind,
		     const struct stock_item **chosen)
{
	const struct stock *stock = collecting->stock;
	size_t count = 0;
	for (size_t i = 0; i < stock->count; i++)
		if (stock->items[i].kind == kind)
			chosen[count++] = &stock->items[i];
	time_t now = collecting->now;
	if (count)
		qsort_r(chosen, count, sizeof(const struct stock_item *), by_last_use, &now);
	return count;
}

static int64_t cache_size(const struct stock *stock)
{
	int64_t size = 0;
	for (size_t i = 0; i < stock->image_count; i++)
		if (images_is_cache(stock, &stock->images[i]))
			size += stock->images[i].added;
	return size;
}

/* Whether it must go for its size: to remove one that something else keeps would free nothing. */
static bool is_too_much(const struct collecting *collecting, const struct stock_item *item)
{
	int64_t limit = collecting->options->size;
	return item->kind == STOCK_CHECKPOINT && limit >= 0 &&
	       images_is_cache(collecting->stock, item->image) &&
	       cache_size(collecting->stock) > limit;
}

static int collect_kind(const struct collecting *collecting, enum stock_kind kind,
			const struct stock_item **chosen, struct error *err)
{
	size_t count = choose(collecting, kind, chosen);
	for (size_t i = 0; i < count; i++) {
		const struct stock_item *item = chosen[i];
		bool goes = is_left(collecting, item) || is_unused(collecting, item) ||
			    is_too_much(collecting, item);
		if (goes && collect(collecting, item, err) < 0)
			return -1;
	}
	return 0;
}

int gc_run(struct engine *engine, struct stock *stock, const struct gc_options *options,
	   struct gc_outcome *outcome, struct error *err)
{
	/* Containers first: they hold the others. */
	static const enum stock_kind order[] = {STOCK_CONTAINER, STOCK_NETWORK, STOCK_CACHE,
						STOCK_LEFTOVER, STOCK_CHECKPOINT};
	struct collecting collecting = {engine, stock, options, outcome, time(NULL)};
	autofree const struct stock_item **chosen =
		mem_resize(NULL, stock->count + 1, sizeof *chosen);
	*outcome = (struct gc_outcome){0};
	for (size_t i = 0; i < COUNT_OF(order); i++)
		if (collect_kind(&collecting, order[i], chosen, err) < 0)
			return -1;
	return 0;
}
