/* Turns in which an engine starts containers: by themselves, and of containers against an engine
 * that refuses them, or that says nothing. */
#include "tests/unit/check.h"

#include "host/container/container.h"
#include "host/engine/driver.h"
#include "host/engine/turns.h"
#include "host/progress/report.h"
#include "tests/unit/peer.h"

enum { CROWD = 3 * ENGINE_TURNS + 5 };

/* --- by themselves --- */

struct guest {
	struct engine_turn turn;
	struct hall *hall;
	bool gives; /* its turn back as soon as it comes */
	int number; /* when it came, from 1; 0: not yet */
};

struct hall {
	struct engine engine;
	struct guest guests[CROWD];
	int come;
};

static void come(void *ctx)
{
	struct guest *guest = ctx;
	assert_int_equal(guest->number, 0);
	guest->number = ++guest->hall->come;
	if (guest->gives)
		engine_turn_give(&guest->hall->engine, &guest->turn);
}

static void let_in(struct hall *hall)
{
	struct error err = {0};
	for (int i = 0; i < CROWD; i++) {
		hall->guests[i].hall = hall;
		engine_turn_await(&hall->engine, &hall->guests[i].turn, come, &hall->guests[i]);
	}
	assert_int_equal(hall->come, 0); /* never from the call itself */
	assert_int_equal(loop_turn(hall->engine.loop, 0, &err), 0);
}

static void give(struct hall *hall, int number)
{
	engine_turn_give(&hall->engine, &hall->guests[number].turn);
}

static void turn(struct hall *hall)
{
	struct error err = {0};
	assert_int_equal(loop_turn(hall->engine.loop, 0, &err), 0);
}

static struct hall *open_hall(void)
{
	struct error err = {0};
	struct hall *hall = calloc(1, sizeof *hall);
	hall->engine.loop = loop_new(&err);
	expect_no_error(&err);
	return hall;
}

static void close_hall(struct hall *hall)
{
	for (int i = 0; i < CROWD; i++)
		give(hall, i);
	loop_cancel(hall->engine.loop, hall->engine.turns.timer);
	loop_free(hall->engine.loop);
	free(hall);
}

static void they_come_in_order_and_never_too_many(void **state)
{
	struct hall *hall = open_hall();
	(void)state;
	let_in(hall);
	assert_int_equal(hall->come, ENGINE_TURNS);
	turn(hall);
	assert_int_equal(hall->come, ENGINE_TURNS);
	for (int i = 0; i < CROWD; i++) {
		assert_int_equal(hall->guests[i].number, i + 1);
		give(hall, i);
		give(hall, i); /* the second time it is nobody's */
		turn(hall);
		int most = i + 1 + ENGINE_TURNS;
		assert_int_equal(hall->come, most < CROWD ? most : CROWD);
	}
	close_hall(hall);
}

static void who_does_not_wait_any_more_is_passed_over(void **state)
{
	struct hall *hall = open_hall();
	(void)state;
	let_in(hall);
	give(hall, ENGINE_TURNS);
	give(hall, ENGINE_TURNS + 2);
	give(hall, CROWD - 1);
	turn(hall);
	assert_int_equal(hall->come, ENGINE_TURNS);
	for (int i = 0; i < 2; i++)
		give(hall, i);
	turn(hall);
	assert_int_equal(hall->come, ENGINE_TURNS + 2);
	assert_int_equal(hall->guests[ENGINE_TURNS].number, 0);
	assert_int_equal(hall->guests[ENGINE_TURNS + 1].number, ENGINE_TURNS + 1);
	assert_int_equal(hall->guests[ENGINE_TURNS + 2].number, 0);
	assert_int_equal(hall->guests[ENGINE_TURNS + 3].number, ENGINE_TURNS + 2);
	/* the queue's end was taken out: another one finds its place behind */
	struct guest *again = &hall->guests[CROWD - 1];
	engine_turn_await(&hall->engine, &again->turn, come, again);
	for (int i = 2; i < CROWD - 1; i++) {
		give(hall, i);
		turn(hall);
	}
	assert_int_equal(again->number, hall->come);
	close_hall(hall);
}

static void who_gives_it_back_at_once_lets_all_others_come(void **state)
{
	struct hall *hall = open_hall();
	(void)state;
	for (int i = 0; i < CROWD; i++)
		hall->guests[i].gives = true;
	let_in(hall);
	assert_int_equal(hall->come, CROWD);
	assert_int_equal(hall->engine.turns.taken, 0);
	close_hall(hall);
}

/* --- of containers --- */

static struct peer peer;
static atomic_int creations, at_once, most_at_once;
static atomic_bool silent;

static void note_most(int now)
{
	int most = most_at_once;
	while (now > most && !atomic_compare_exchange_weak(&most_at_once, &most, now))
		;
}

static bool handle(int fd, const struct peer_request *request)
{
	static const char no[] = "{\"message\":\"no room for it\"}";
	if (strcmp(request->path, "/_ping") == 0) {
		peer_greet(fd, "Api-Version: 1.41\r\nServer: Docker/20.10 (linux)\r\n");
		return true;
	}
	if (!strstr(request->path, "/create")) {
		peer_answer(fd, "204 No Content", "", 0);
		return true;
	}
	creations++;
	note_most(++at_once);
	usleep(2000);
	at_once--;
	if (silent)
		return true;
	peer_answer(fd, "500 Internal Server Error", no, strlen(no));
	return true;
}

static int start_peer(void **state)
{
	(void)state;
	return peer_start_engine(&peer, handle);
}

static int stop_peer(void **state)
{
	(void)state;
	return peer_stop_engine(&peer);
}

struct yard {
	struct loop *loop;
	struct engine *engine;
	struct manifest manifest;
	struct artifact *artifact;
	struct report *report;
	struct container_setup setup;
	struct container *containers[CROWD];
	int ended;
	const char *expected; /* in the error of each */
};

static void on_ended(void *ctx, struct container *container, struct error *err)
{
	struct yard *yard = ctx;
	(void)container;
	assert_non_null(err);
	expect_error(err, yard->expected);
	yard->ended++;
}

static void open_yard(struct yard *yard, uint64_t patience_ms)
{
	static const struct container_events events = {.ended = on_ended};
	struct error err = {0};
	creations = most_at_once = 0;
	*yard = (struct yard){.manifest = {.image = "base"}, .loop = loop_new(&err)};
	yard->engine = engine_open(yard->loop, peer.endpoint, &err);
	expect_no_error(&err);
	engine_set_patience(yard->engine, patience_ms);
	yard->artifact = artifact_new(&yard->manifest, NULL);
	yard->report = report_new();
	yard->setup = (struct container_setup){.loop = yard->loop,
					       .engine = yard->engine,
					       .manifest = &yard->manifest,
					       .artifact = yard->artifact,
					       .report = yard->report,
					       .toolbox = "toolbox"};
	for (int i = 0; i < CROWD; i++) {
		yard->containers[i] = container_new(&yard->setup, "base", false, &events, yard);
		container_start(yard->containers[i]);
	}
}

static bool any_waits(const struct yard *yard)
{
	for (int i = 0; i < CROWD; i++)
		if (container_is_waiting(yard->containers[i]))
			return true;
	return false;
}

static void close_yard(struct yard *yard)
{
	struct error err = {0};
	while (yard->ended < CROWD || any_waits(yard))
		if (loop_turn(yard->loop, 10000, &err) < 0)
			fail_msg("%s", err.message);
	assert_int_equal(yard->ended, CROWD);
	for (int i = 0; i < CROWD; i++)
		container_free(yard->containers[i]);
	report_free(yard->report);
	artifact_free(yard->artifact);
	engine_close(yard->engine);
	loop_free(yard->loop);
}

static void one_that_is_refused_makes_room(void **state)
{
	struct yard yard;
	(void)state;
	open_yard(&yard, 0);
	yard.expected = "no room for it";
	close_yard(&yard);
	assert_int_equal(creations, CROWD);
	assert_in_range(most_at_once, 2, ENGINE_TURNS);
}

/* The bound is for each, from when it is asked for: four turns one after another fail, one by one.
 */
static void one_that_is_given_up_makes_room(void **state)
{
	struct yard yard;
	uint64_t began_us = loop_now_us();
	(void)state;
	silent = true;
	open_yard(&yard, 100);
	yard.expected = "given up after";
	close_yard(&yard);
	silent = false;
	assert_int_equal(creations, CROWD);
	assert_true(loop_now_us() - began_us >= 400000);
}

/* Those that wait for their turn end at once, and the engine is not even asked for them. */
static void interrupted_none_waits(void **state)
{
	struct yard yard;
	struct error err = {0};
	(void)state;
	silent = true;
	open_yard(&yard, 60000);
	yard.expected = "interrupted";
	for (int i = 0; i < 100 && creations < ENGINE_TURNS; i++)
		assert_int_equal(loop_turn(yard.loop, 10, &err), 0);
	for (int i = 0; i < CROWD; i++)
		container_interrupt(yard.containers[i], "interrupted", 130);
	assert_int_equal(yard.ended, CROWD - ENGINE_TURNS);
	assert_int_equal(creations, ENGINE_TURNS);
	error_set(&err, "gone");
	engine_lose(yard.engine, &err);
	close_yard(&yard);
	error_clear(&err);
	silent = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_come_in_order_and_never_too_many),
		cmocka_unit_test(who_does_not_wait_any_more_is_passed_over),
		cmocka_unit_test(who_gives_it_back_at_once_lets_all_others_come),
		cmocka_unit_test(one_that_is_refused_makes_room),
		cmocka_unit_test(one_that_is_given_up_makes_room),
		cmocka_unit_test(interrupted_none_waits),
	};
	return cmocka_run_group_tests(tests, start_peer, stop_peer);
}
