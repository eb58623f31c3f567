/* Many endpoints and builds on a clock that is only counted, placed by the driver's own code
 * (host/placement/). The same seed gives the same run. */
#ifndef FACTORY_TESTS_SIMULATION_H
#define FACTORY_TESTS_SIMULATION_H

#include "common/memory.h"
#include "common/own.h"
#include "host/placement/heap.h"
#include "host/placement/place.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct simulation {
	/* What is simulated. */
	size_t endpoints, builds, deaths; /* deaths: in mid-build, one after another */
	uint64_t seed;
	const double *costs; /* seconds that builds take, to be drawn from; NULL: simulated ones */
	size_t cost_count;
	/* What came of it. */
	size_t done, placed_again, cached, at_base, decisions;
	double makespan, ideal; /* seconds of the clock; no order whatever beats the ideal */
	double deciding;        /* seconds of a real processor, all decisions together */
	uint64_t trace;         /* of all decisions: equal for equal runs */
	bool broken;            /* a build ran where it must not */
};

enum { SIMULATION_BASES = 50, SIMULATION_SETS = 2, SIMULATION_PULL = 4 /* seconds */ };

/* Builds that want a label come first: fewer endpoints will do. */
static const char *const simulation_arm[] = {"arm64", NULL};
static const char *const *const simulation_labels[SIMULATION_SETS] = {simulation_arm, NULL};

struct simulated {
	struct place_build build;
	char key[32], base[16];
	size_t set, endpoint;
	size_t owner; /* the first build with its key */
	double began; /* 0: it never did */
	size_t next;  /* the next that waits for the same key, or HEAP_NONE */
};

/* Of a key, by its owner's number. */
struct simulated_key {
	bool is_built, is_claimed;
	size_t waits; /* the first that waits until the claim ends, or HEAP_NONE */
};

struct simulation_run {
	struct simulation *of;
	struct places *places;
	struct place_endpoint *specs;
	struct simulated *builds;
	struct simulated_key *keys;
	struct heap waiting[SIMULATION_SETS]; /* the longest on top */
	struct heap running;                  /* by their end */
	bool *has_base;                       /* of each endpoint, each base */
	double *died;                         /* of each endpoint: when; 0: it lives */
	double now;
	uint64_t state;
};

/* SplitMix64 (https://prng.di.unimi.it/splitmix64.c describes it). */
static uint64_t simulation_random(struct simulation_run *run)
{
	uint64_t z = run->state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static double simulation_unit(struct simulation_run *run)
{
	return (double)(simulation_random(run) >> 11) / 9007199254740992.0;
}

/* Most builds take seconds, some take minutes. */
static double simulation_cost(struct simulation_run *run)
{
	const struct simulation *of = run->of;
	if (of->cost_count)
		return of->costs[simulation_random(run) % of->cost_count];
	double sum = 0;
	for (int i = 0; i < 12; i++)
		sum += simulation_unit(run);
	return fmin(exp(3 + 0.9 * (sum - 6)), 600);
}

static double simulation_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool *simulation_base(struct simulation_run *run, size_t endpoint, const char *base)
{
	return &run->has_base[endpoint * SIMULATION_BASES + strtoul(base + 5, NULL, 10)];
}

/* One in ten is of another architecture; a few bases are there from the start. */
static void simulation_endpoints(struct simulation_run *run)
{
	size_t count = run->of->endpoints;
	run->specs = mem_alloc(count * sizeof *run->specs);
	run->died = mem_alloc(count * sizeof *run->died);
	run->has_base = mem_alloc(count * SIMULATION_BASES);
	for (size_t i = 0; i < count; i++) {
		char base[32];
		run->specs[i] =
			(struct place_endpoint){.weight = 1 + (double)(simulation_random(run) % 3),
						.slots = 2 + (unsigned)(simulation_random(run) % 7),
						.labels = i % 10 ? NULL : simulation_arm};
		places_add(run->places, &run->specs[i]);
		snprintf(base, sizeof base, "base-%u",
			 (unsigned)(simulation_random(run) % SIMULATION_BASES));
		*simulation_base(run, i, base) = true;
		places_hold(run->places, i, base, 0);
	}
}

/* One in twenty has the key of an earlier one. */
static void simulation_builds(struct simulation_run *run)
{
	run->builds = mem_alloc(run->of->builds * sizeof *run->builds);
	run->keys = mem_alloc(run->of->builds * sizeof *run->keys);
	for (size_t i = 0; i < run->of->builds; i++) {
		struct simulated *build = &run->builds[i];
		bool again = i && simulation_random(run) % 20 == 0;
		run->keys[i].waits = HEAP_NONE;
		if (again)
			*build = run->builds[simulation_random(run) % i];
		else {
			build->set = simulation_random(run) % 20 ? 1 : 0;
			build->build.cost = simulation_cost(run);
			snprintf(build->base, sizeof build->base, "base-%u",
				 (unsigned)(simulation_random(run) % SIMULATION_BASES));
			build->build.move = SIMULATION_PULL;
			build->owner = i;
			snprintf(build->key, sizeof build->key, "key-%zu", i);
		}
		build->build.key = build->key;
		build->build.base = build->base;
		build->build.labels = simulation_labels[build->set];
		heap_set(&run->waiting[build->set], i, -build->build.cost);
	}
}

static void simulation_begin(struct simulation_run *run, size_t number, size_t endpoint)
{
	struct simulated *build = &run->builds[number];
	struct simulated_key *key = &run->keys[build->owner];
	bool *base = simulation_base(run, endpoint, build->base);
	double cost = build->build.cost / run->specs[endpoint].weight;
	build->endpoint = endpoint;
	build->began = run->now;
	run->of->cached += key->is_built;
	run->of->at_base += *base;
	run->of->broken |= !places_live(run->places, endpoint) ||
			   (build->build.labels && !run->specs[endpoint].labels);
	run->of->trace = (run->of->trace ^ (number * 8191 + endpoint)) * 0x100000001b3;
	heap_set(&run->running, number,
		 run->now + (key->is_built ? 0.1 : cost + (*base ? 0 : SIMULATION_PULL)));
	key->is_claimed = !key->is_built;
	if (key->is_built || *base)
		return;
	*base = true;
	places_hold(run->places, endpoint, build->base, 0);
}

/* A build waits for another one of the same key, as a driver's does. */
static bool simulation_waits(struct simulation_run *run, size_t number)
{
	struct simulated *build = &run->builds[number];
	struct simulated_key *key = &run->keys[build->owner];
	if (!key->is_claimed)
		return false;
	build->next = key->waits;
	key->waits = number;
	heap_remove(&run->waiting[build->set], number);
	return true;
}

static void simulation_release(struct simulation_run *run, struct simulated_key *key)
{
	key->is_claimed = false;
	for (; key->waits != HEAP_NONE; key->waits = run->builds[key->waits].next) {
		const struct simulated *build = &run->builds[key->waits];
		heap_set(&run->waiting[build->set], key->waits, -build->build.cost);
	}
}

/* False: nothing of the set can begin now. */
static bool simulation_place_one(struct simulation_run *run, size_t set)
{
	size_t number = heap_top(&run->waiting[set]);
	if (number == HEAP_NONE || simulation_waits(run, number))
		return number != HEAP_NONE;
	double from = simulation_clock();
	size_t endpoint = places_choose(run->places, &run->builds[number].build);
	run->of->deciding += simulation_clock() - from;
	run->of->decisions++;
	if (endpoint == PLACE_NOWHERE)
		return false;
	heap_remove(&run->waiting[set], number);
	simulation_begin(run, number, endpoint);
	return true;
}

/* What has room begins, the longest first. */
static void simulation_place(struct simulation_run *run)
{
	for (size_t set = 0; set < SIMULATION_SETS; set++)
		while (simulation_place_one(run, set))
			;
}

/* What it made is held there from then on. */
static void simulation_end(struct simulation_run *run, size_t number)
{
	const struct simulated *build = &run->builds[number];
	struct simulated_key *key = &run->keys[build->owner];
	heap_remove(&run->running, number);
	double from = simulation_clock();
	places_end(run->places, build->endpoint);
	run->of->deciding += simulation_clock() - from;
	run->of->done++;
	if (key->is_built)
		return;
	places_hold(run->places, build->endpoint, build->key, 0);
	key->is_built = true;
	simulation_release(run, key);
}

/* A build whose endpoint died: it waits again where it still ran, and what it made is gone. */
static void simulation_undo(struct simulation_run *run, size_t number)
{
	struct simulated *build = &run->builds[number];
	run->keys[build->owner].is_built = false;
	if (number >= run->running.known || run->running.places[number] == HEAP_NONE)
		return;
	heap_remove(&run->running, number);
	places_end(run->places, build->endpoint);
	heap_set(&run->waiting[build->set], number, -build->build.cost);
	simulation_release(run, &run->keys[build->owner]);
	run->of->placed_again++;
}

static void simulation_death(struct simulation_run *run)
{
	size_t dead = simulation_random(run) % run->of->endpoints;
	if (!places_live(run->places, dead))
		return;
	places_lose(run->places, dead);
	run->died[dead] = run->now;
	for (size_t i = 0; i < run->of->builds; i++)
		if (run->builds[i].began > 0 && run->builds[i].endpoint == dead)
			simulation_undo(run, i);
}

/* No sooner can the builds of all sets from the first to this one be done, though all endpoints for
 * them share their work without a gap, or one build has the fastest slot for itself. */
static double simulation_bound(const struct simulation_run *run, size_t last_set)
{
	double work = 0, capacity = 0, longest = 0, fastest = 1;
	for (size_t i = 0; i < run->of->builds; i++) {
		const struct simulated *build = &run->builds[i];
		if (build->set > last_set)
			continue;
		work += build->owner == i ? build->build.cost : 0;
		longest = fmax(longest, build->build.cost);
	}
	for (size_t i = 0; i < run->of->endpoints; i++) {
		const struct place_endpoint *spec = &run->specs[i];
		if (!spec->labels && !last_set)
			continue;
		work -= run->died[i] > 0 ? (run->died[i] - 1) * spec->weight * spec->slots : 0;
		capacity += run->died[i] > 0 ? 0 : spec->weight * spec->slots;
		fastest = fmax(fastest, spec->weight);
	}
	return fmax(work / capacity, longest / fastest);
}

static void simulation_free(struct simulation_run *run)
{
	places_free(run->places);
	free(run->specs);
	free(run->died);
	free(run->has_base);
	free(run->builds);
	free(run->keys);
	heap_free(&run->running);
	for (size_t set = 0; set < SIMULATION_SETS; set++)
		heap_free(&run->waiting[set]);
}

/* Runs it, and fills what came of it. */
static void simulate(struct simulation *simulation)
{
	struct simulation_run run = {.of = simulation, .places = places_new()};
	size_t deaths = 0;
	run.state = simulation->seed;
	simulation_endpoints(&run);
	simulation_builds(&run);
	run.now = 1; /* 0: it never began */
	simulation_place(&run);
	for (size_t next; (next = heap_top(&run.running)) != HEAP_NONE;) {
		run.now = heap_key(&run.running, next);
		simulation_end(&run, next);
		if (simulation->done * (simulation->deaths + 1) / simulation->builds > deaths) {
			deaths++;
			simulation_death(&run);
		}
		simulation_place(&run);
	}
	simulation->makespan = run.now - 1;
	simulation->ideal = fmax(simulation_bound(&run, 0), simulation_bound(&run, 1));
	simulation_free(&run);
}

#endif
