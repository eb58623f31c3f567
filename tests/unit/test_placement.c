/* Which endpoint a build goes to; and many of them, simulated. */
#include "tests/unit/check.h"

#include "tests/bench/simulation.h"

static const char *const arm[] = {"arm64", NULL};
static const char *const arm_and_gpu[] = {"gpu", "arm64", NULL};

static struct places *two_alike(void)
{
	struct places *places = places_new();
	const struct place_endpoint one = {.weight = 1, .slots = 2};
	places_add(places, &one);
	places_add(places, &one);
	return places;
}

static void builds_spread(void **state)
{
	struct places *places = two_alike();
	const struct place_build build = {.base = "busybox"};
	(void)state;
	assert_int_equal(places_choose(places, &build), 0);
	assert_int_equal(places_choose(places, &build), 1);
	assert_int_equal(places_choose(places, &build), 0);
	assert_int_equal(places_choose(places, &build), 1);
	assert_int_equal(places_choose(places, &build), PLACE_NOWHERE);
	places_end(places, 1);
	assert_int_equal(places_choose(places, &build), 1);
	places_busy(places, 0, 0);
	assert_int_equal(places_choose(places, &build), 0);
	places_free(places);
}

static void the_base_draws_builds_while_a_slot_is_free(void **state)
{
	struct places *places = two_alike();
	const struct place_build build = {.base = "busybox"};
	(void)state;
	places_hold(places, 1, "busybox", 0);
	assert_int_equal(places_choose(places, &build), 1);
	assert_int_equal(places_choose(places, &build), 1);
	assert_int_equal(places_choose(places, &build), 0);
	places_free(places);
}

static void the_key_draws_more_than_the_base(void **state)
{
	struct places *places = two_alike();
	const struct place_build build = {.base = "busybox", .key = "key"};
	const struct place_build other = {.base = "other"};
	(void)state;
	places_hold(places, 1, "busybox", 0);
	places_hold(places, 0, "key", 0);
	for (int i = 0; i < 4; i++)
		places_choose(places, &other);
	assert_int_equal(places_choose(places, &other), PLACE_NOWHERE);
	assert_int_equal(places_choose(places, &build), 0); /* nothing is to be run: no slot */
	places_end(places, 0);
	assert_int_equal(places_choose(places, &other), PLACE_NOWHERE);
	places_free(places);
}

static void a_long_build_leaves_its_base_for_a_faster_endpoint(void **state)
{
	struct places *places = two_alike();
	const struct place_endpoint fast = {.weight = 4, .slots = 2};
	struct place_build build = {.base = "busybox", .cost = 10, .move = 8};
	(void)state;
	places_add(places, &fast);
	places_hold(places, 0, "busybox", 0);
	assert_int_equal(places_choose(places, &build), 0); /* 10 against 2.5 + 8 */
	build.cost = 100;
	assert_int_equal(places_choose(places, &build), 2);
	places_free(places);
}

/* A slot where the base is comes about when one of those that run there has ended. */
static void a_short_build_waits_for_a_large_base(void **state)
{
	struct places *places = two_alike();
	struct place_build build = {.base = "busybox", .cost = 10, .move = 11};
	(void)state;
	places_hold(places, 0, "busybox", 1000);
	assert_int_equal(places_bytes(places, "busybox"), 1000);
	assert_int_equal(places_bytes(places, "alpine"), 0);
	for (size_t at; (at = places_choose(places, &build)) != PLACE_NOWHERE;)
		assert_int_equal(at, 0);
	build.move = 9;
	assert_int_equal(places_choose(places, &build), 1);
	build = (struct place_build){.base = "busybox", .move = 1000}; /* it never ran */
	assert_int_equal(places_choose(places, &build), 1);
	places_free(places);
}

static void what_others_have_to_do_counts(void **state)
{
	struct places *places = two_alike();
	const struct place_build build = {.base = "busybox"};
	(void)state;
	places_others(places, 0, 3);
	assert_int_equal(places_choose(places, &build), 1);
	assert_int_equal(places_choose(places, &build), 1);
	assert_int_equal(places_choose(places, &build), 0); /* in its turn */
	places_others(places, 0, 0);
	places_others(places, 1, 9);
	places_end(places, 1);
	assert_int_equal(places_choose(places, &build), 0);
	places_free(places);
}

static void the_base_does_not_draw_builds_where_others_have_all_slots(void **state)
{
	struct places *places = two_alike();
	const struct place_build build = {.base = "busybox"};
	(void)state;
	places_hold(places, 1, "busybox", 0);
	places_others(places, 1, 2);
	assert_int_equal(places_choose(places, &build), 0);
	places_others(places, 0, 2); /* nowhere is room: it may as well wait for its base's */
	assert_int_equal(places_choose(places, &build), 1);
	places_free(places);
}

static void a_holder_is_found_beside_another(void **state)
{
	struct places *places = two_alike();
	(void)state;
	assert_int_equal(places_holder(places, "busybox", PLACE_NOWHERE), PLACE_NOWHERE);
	places_hold(places, 0, "busybox", 0);
	assert_int_equal(places_holder(places, "busybox", 0), PLACE_NOWHERE);
	places_hold(places, 1, "busybox", 0);
	assert_int_equal(places_holder(places, "busybox", 0), 1);
	places_lose(places, 1);
	assert_int_equal(places_holder(places, "busybox", 0), PLACE_NOWHERE);
	assert_int_equal(places_holder(places, "busybox", PLACE_NOWHERE), 0);
	places_free(places);
}

static void labels_are_wanted_all(void **state)
{
	struct places *places = two_alike();
	const struct place_endpoint small = {.weight = 1, .slots = 1, .labels = arm};
	const struct place_endpoint large = {.weight = 1, .slots = 1, .labels = arm_and_gpu};
	const struct place_build wants_both = {.labels = arm_and_gpu}, wants_arm = {.labels = arm};
	(void)state;
	places_add(places, &small);
	assert_false(places_fit(places, &wants_both));
	assert_int_equal(places_choose(places, &wants_both), PLACE_NOWHERE);
	places_add(places, &large);
	places_hold(places, 0, "busybox", 0);
	assert_true(places_fit(places, &wants_both));
	assert_int_equal(places_choose(places, &wants_both), 3);
	assert_int_equal(places_choose(places, &wants_arm), 2);
	assert_int_equal(places_choose(places, &wants_arm), PLACE_NOWHERE);
	assert_true(places_fit(places, &wants_arm)); /* later */
	places_free(places);
}

static void a_lost_endpoint_gets_nothing(void **state)
{
	struct places *places = two_alike();
	const struct place_build build = {.base = "busybox", .key = "key"};
	(void)state;
	places_hold(places, 0, "busybox", 0);
	places_hold(places, 0, "key", 0);
	assert_int_equal(places_choose(places, &build), 0);
	places_lose(places, 0);
	places_end(places, 0);
	assert_false(places_live(places, 0));
	assert_int_equal(places_choose(places, &build), 1);
	places_lose(places, 1);
	assert_int_equal(places_choose(places, &build), PLACE_NOWHERE);
	assert_false(places_fit(places, &build));
	places_free(places);
}

/* Its own order, whatever keys come and go. */
static void a_heap_sorts(void **state)
{
	struct heap heap = {0};
	double before = -1;
	(void)state;
	for (size_t i = 0; i < 1000; i++)
		heap_set(&heap, i, (double)(i * 7919 % 1009));
	for (size_t i = 0; i < 1000; i += 3)
		heap_set(&heap, i, (double)(i * 104729 % 997));
	for (size_t i = 0; i < 1000; i += 5)
		heap_remove(&heap, i);
	heap_remove(&heap, 5000);
	assert_int_equal(heap.count, 800);
	for (size_t top; (top = heap_top(&heap)) != HEAP_NONE; heap_remove(&heap, top)) {
		assert_int_not_equal(top % 5, 0);
		assert_true(heap_key(&heap, top) >= before);
		before = heap_key(&heap, top);
	}
	heap_free(&heap);
}

static struct simulation run_simulation(size_t deaths)
{
	struct simulation simulation = {
		.endpoints = 50, .builds = 5000, .deaths = deaths, .seed = 7};
	simulate(&simulation);
	assert_int_equal(simulation.done, 5000);
	assert_false(simulation.broken);
	assert_true(simulation.makespan >= simulation.ideal);
	return simulation;
}

/* Bounds of numbers that are the same in each run; no clock of the machine is in them. */
static void a_simulation_is_near_the_ideal(void **state)
{
	struct simulation simulation = run_simulation(0);
	(void)state;
	assert_true(simulation.makespan < 1.25 * simulation.ideal);
	assert_int_equal(simulation.placed_again, 0);
	assert_true(simulation.cached > 200);
	assert_true(simulation.at_base > 2500);
	assert_true(simulation.decisions < 4 * simulation.builds);
	assert_true(run_simulation(0).trace == simulation.trace);
}

static void a_simulation_outlives_its_endpoints(void **state)
{
	struct simulation simulation = run_simulation(10);
	(void)state;
	assert_true(simulation.placed_again > 10);
	assert_true(simulation.makespan < 1.4 * simulation.ideal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_spread),
		cmocka_unit_test(the_base_draws_builds_while_a_slot_is_free),
		cmocka_unit_test(the_key_draws_more_than_the_base),
		cmocka_unit_test(a_long_build_leaves_its_base_for_a_faster_endpoint),
		cmocka_unit_test(a_short_build_waits_for_a_large_base),
		cmocka_unit_test(a_holder_is_found_beside_another),
		cmocka_unit_test(what_others_have_to_do_counts),
		cmocka_unit_test(the_base_does_not_draw_builds_where_others_have_all_slots),
		cmocka_unit_test(labels_are_wanted_all),
		cmocka_unit_test(a_lost_endpoint_gets_nothing),
		cmocka_unit_test(a_heap_sorts),
		cmocka_unit_test(a_simulation_is_near_the_ideal),
		cmocka_unit_test(a_simulation_outlives_its_endpoints),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
