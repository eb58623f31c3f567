#include "host/placement/place.h"

#include "common/memory.h"
#include "host/placement/heap.h"
#include "host/placement/holders.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct endpoint {
	struct place_endpoint is;
	unsigned taken;  /* slots; more than there are, by builds whose key it holds */
	unsigned others; /* by those that are not counted here */
	bool is_lost;
};

/* The endpoints that have all labels of one set; those without a free slot come last. */
struct pool {
	char **labels; /* NULL-terminated */
	struct heap heap;
};

struct places {
	struct endpoint *endpoints;
	size_t count;
	struct pool *pools;
	size_t pool_count;
	struct holders_table holders;
};

static bool has_label(const char *const *labels, const char *wanted)
{
	for (; labels && *labels; labels++)
		if (strcmp(*labels, wanted) == 0)
			return true;
	return false;
}

static bool has_labels(const char *const *labels, const char *const *wanted)
{
	for (; wanted && *wanted; wanted++)
		if (!has_label(labels, *wanted))
			return false;
	return true;
}

static const char *const *labels_of(const struct pool *pool)
{
	return (const char *const *)pool->labels;
}

static bool is_free(const struct endpoint *endpoint)
{
	return !endpoint->is_lost && endpoint->taken < endpoint->is.slots;
}

/* For one more, at once. */
static bool has_room(const struct endpoint *endpoint)
{
	return is_free(endpoint) && endpoint->taken + endpoint->others < endpoint->is.slots;
}

static bool is_there(const struct endpoint *endpoint)
{
	return !endpoint->is_lost;
}

/* How long it takes for what others take one unit for: the fastest first, those with less to do
 * before others like them. */
static double strain(const struct endpoint *endpoint)
{
	double taken = (double)endpoint->taken + endpoint->others;
	return (1 + taken / endpoint->is.slots) / endpoint->is.weight;
}

static void weigh_in(struct places *places, struct pool *pool, size_t number)
{
	const struct endpoint *endpoint = &places->endpoints[number];
	if (!has_labels(endpoint->is.labels, labels_of(pool)))
		return;
	if (endpoint->is_lost)
		heap_remove(&pool->heap, number);
	else
		heap_set(&pool->heap, number, is_free(endpoint) ? strain(endpoint) : INFINITY);
}

static void weigh(struct places *places, size_t number)
{
	for (size_t i = 0; i < places->pool_count; i++)
		weigh_in(places, &places->pools[i], number);
}

static struct pool *pool_new(struct places *places, const char *const *labels)
{
	size_t count = 0;
	while (labels && labels[count])
		count++;
	places->pools = mem_resize(places->pools, places->pool_count + 1, sizeof *places->pools);
	struct pool *pool = &places->pools[places->pool_count++];
	*pool = (struct pool){.labels = mem_alloc((count + 1) * sizeof *pool->labels)};
	for (size_t i = 0; i < count; i++)
		pool->labels[i] = mem_strdup(labels[i]);
	for (size_t i = 0; i < places->count; i++)
		weigh_in(places, pool, i);
	return pool;
}

/* Of a set of labels, in whatever order; made when it is first wanted. */
static struct pool *pool_of(struct places *places, const char *const *labels)
{
	for (size_t i = 0; i < places->pool_count; i++)
		if (has_labels(labels_of(&places->pools[i]), labels) &&
		    has_labels(labels, labels_of(&places->pools[i])))
			return &places->pools[i];
	return pool_new(places, labels);
}

struct places *places_new(void)
{
	return mem_alloc(sizeof(struct places));
}

void places_free(struct places *places)
{
	if (!places)
		return;
	for (size_t i = 0; i < places->pool_count; i++) {
		struct pool *pool = &places->pools[i];
		for (char **label = pool->labels; *label; label++)
			free(*label);
		free(pool->labels);
		heap_free(&pool->heap);
	}
	holders_free(&places->holders);
	free(places->pools);
	free(places->endpoints);
	free(places);
}

size_t places_add(struct places *places, const struct place_endpoint *endpoint)
{
	size_t number = places->count++;
	places->endpoints = mem_resize(places->endpoints, places->count, sizeof *places->endpoints);
	places->endpoints[number] = (struct endpoint){.is = *endpoint};
	weigh(places, number);
	return number;
}

void places_hold(struct places *places, size_t endpoint, const char *image, uint64_t bytes)
{
	struct holders *holders = holders_add(&places->holders, image, endpoint);
	if (bytes)
		holders->bytes = bytes;
}

uint64_t places_bytes(const struct places *places, const char *image)
{
	const struct holders *holders = holders_find(&places->holders, image);
	return holders ? holders->bytes : 0;
}

static bool is_better(const struct places *places, size_t number, size_t best)
{
	return best == PLACE_NOWHERE ||
	       strain(&places->endpoints[number]) < strain(&places->endpoints[best]);
}

/* Of those that hold an image and are fit. Those that are gone are forgotten on the way. */
static size_t best_holder(struct places *places, const char *image, const char *const *labels,
			  bool (*is_fit)(const struct endpoint *endpoint))
{
	struct holders *holders = image ? holders_find(&places->holders, image) : NULL;
	size_t best = PLACE_NOWHERE, looks = 0;
	while (holders && looks < PLACE_LOOKS && looks < holders->count) {
		size_t at = holders->next++ % holders->count, number = holders->endpoints[at];
		const struct endpoint *endpoint = &places->endpoints[number];
		if (endpoint->is_lost) {
			holders_forget(holders, at);
			continue;
		}
		looks++;
		if (is_fit(endpoint) && has_labels(endpoint->is.labels, labels) &&
		    is_better(places, number, best))
			best = number;
	}
	return best;
}

size_t places_holder(struct places *places, const char *image, size_t but)
{
	const struct holders *holders = holders_find(&places->holders, image);
	for (size_t i = 0; holders && i < holders->count; i++) {
		size_t number = holders->endpoints[i];
		if (number != but && !places->endpoints[number].is_lost)
			return number;
	}
	return PLACE_NOWHERE;
}

static size_t least_strained(struct places *places, const char *const *labels)
{
	const struct heap *heap = &pool_of(places, labels)->heap;
	size_t top = heap_top(heap);
	return top != HEAP_NONE && is_free(&places->endpoints[top]) ? top : PLACE_NOWHERE;
}

/* Whether a build is over sooner where its base is. */
static bool stays(const struct places *places, const struct place_build *build, size_t at_base,
		  size_t elsewhere)
{
	if (at_base == PLACE_NOWHERE || elsewhere == PLACE_NOWHERE)
		return at_base != PLACE_NOWHERE;
	return build->cost / places->endpoints[at_base].is.weight <=
	       build->cost / places->endpoints[elsewhere].is.weight + build->move;
}

/* Whether its base is where a slot will be free before it would have come elsewhere: about when
 * another such build has ended. */
static bool waits(struct places *places, const struct place_build *build)
{
	return build->cost > 0 && build->move > build->cost &&
	       best_holder(places, build->base, build->labels, is_there) != PLACE_NOWHERE;
}

size_t places_choose(struct places *places, const struct place_build *build)
{
	size_t number = best_holder(places, build->key, build->labels, is_there);
	if (number == PLACE_NOWHERE) {
		number = least_strained(places, build->labels);
		bool room = number != PLACE_NOWHERE && has_room(&places->endpoints[number]);
		size_t at_base =
			best_holder(places, build->base, build->labels, room ? has_room : is_free);
		if (stays(places, build, at_base, number))
			number = at_base;
		else if (at_base == PLACE_NOWHERE && waits(places, build))
			number = PLACE_NOWHERE;
	}
	if (number == PLACE_NOWHERE)
		return number;
	places->endpoints[number].taken++;
	weigh(places, number);
	return number;
}

void places_end(struct places *places, size_t endpoint)
{
	places->endpoints[endpoint].taken--;
	weigh(places, endpoint);
}

void places_busy(struct places *places, size_t endpoint, unsigned taken)
{
	places->endpoints[endpoint].taken = taken;
	weigh(places, endpoint);
}

void places_others(struct places *places, size_t endpoint, unsigned taken)
{
	places->endpoints[endpoint].others = taken;
	weigh(places, endpoint);
}

bool places_fit(struct places *places, const struct place_build *build)
{
	return heap_top(&pool_of(places, build->labels)->heap) != HEAP_NONE;
}

bool places_live(const struct places *places, size_t endpoint)
{
	return !places->endpoints[endpoint].is_lost;
}

void places_lose(struct places *places, size_t endpoint)
{
	places->endpoints[endpoint].is_lost = true;
	weigh(places, endpoint);
}
