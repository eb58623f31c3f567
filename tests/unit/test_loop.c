#include "tests/unit/check.h"

#include "common/loop.h"
#include "common/own.h"

#include <string.h>
#include <unistd.h>

struct seen {
	struct loop *loop;
	int fd, other;
	unsigned events, calls;
	char order[16];
	uint32_t timer;
};

static struct loop *make_loop(void)
{
	auto_error struct error err = {0};
	struct loop *loop = loop_new(&err);
	expect_no_error(&err);
	return loop;
}

static void turn(struct loop *loop, int ms)
{
	auto_error struct error err = {0};
	loop_turn(loop, ms, &err);
	expect_no_error(&err);
}

static void note(void *ctx, unsigned events)
{
	struct seen *seen = ctx;
	seen->events = events;
	seen->calls++;
}

static void add_mark(struct seen *seen, char mark)
{
	seen->order[strlen(seen->order)] = mark;
}

static void mark_a(void *ctx)
{
	add_mark(ctx, 'a');
}

static void mark_b(void *ctx)
{
	add_mark(ctx, 'b');
}

static void readable_and_hung_up(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	struct seen seen = {.loop = make_loop()};
	loop_watch(seen.loop, ends[0], LOOP_READ, note, &seen);
	turn(seen.loop, 0);
	assert_int_equal(seen.calls, 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	turn(seen.loop, -1);
	assert_int_equal(seen.events, LOOP_READ);
	char c;
	assert_int_equal(read(ends[0], &c, 1), 1);
	close(ends[1]);
	turn(seen.loop, -1);
	assert_int_equal(seen.calls, 2);
	/* Waiting for nothing: the hang-up, which lasts, is not reported. */
	loop_watch(seen.loop, ends[0], 0, note, &seen);
	turn(seen.loop, 0);
	assert_int_equal(seen.calls, 2);
	loop_unwatch(seen.loop, ends[0]);
	close(ends[0]);
	loop_free(seen.loop);
}

static void writable(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	struct seen seen = {.loop = make_loop()};
	loop_watch(seen.loop, ends[1], LOOP_WRITE, note, &seen);
	turn(seen.loop, -1);
	assert_int_equal(seen.events, LOOP_WRITE);
	loop_free(seen.loop);
	close(ends[0]);
	close(ends[1]);
}

static void drop_other(void *ctx, unsigned events)
{
	struct seen *seen = ctx;
	note(ctx, events);
	loop_unwatch(seen->loop, seen->other);
}

/* Both are ready in one turn; the first to run removes the other, and so only one runs. */
static void removed_by_a_neighbour(void **state)
{
	(void)state;
	int one[2], two[2];
	assert_int_equal(pipe(one), 0);
	assert_int_equal(pipe(two), 0);
	struct loop *loop = make_loop();
	struct seen first = {.loop = loop, .other = two[0]};
	struct seen second = {.loop = loop, .other = one[0]};
	loop_watch(loop, one[0], LOOP_READ, drop_other, &first);
	loop_watch(loop, two[0], LOOP_READ, drop_other, &second);
	assert_int_equal(write(one[1], "x", 1), 1);
	assert_int_equal(write(two[1], "x", 1), 1);
	turn(loop, -1);
	assert_int_equal(first.calls + second.calls, 1);
	loop_free(loop);
	close(one[0]);
	close(one[1]);
	close(two[0]);
	close(two[1]);
}

static void replace_other(void *ctx, unsigned events)
{
	struct seen *seen = ctx;
	note(ctx, events);
	loop_unwatch(seen->loop, seen->other);
	loop_watch(seen->loop, seen->other, LOOP_READ, note, ctx);
}

/* A number that is given out again within a turn does not inherit what its predecessor got. */
static void replaced_by_a_neighbour(void **state)
{
	(void)state;
	int one[2], two[2];
	assert_int_equal(pipe(one), 0);
	assert_int_equal(pipe(two), 0);
	struct loop *loop = make_loop();
	struct seen seen = {.loop = loop, .other = two[0]};
	struct seen unused = {0};
	loop_watch(loop, one[0], LOOP_READ, replace_other, &seen);
	loop_watch(loop, two[0], LOOP_READ, note, &unused);
	assert_int_equal(write(one[1], "x", 1), 1);
	assert_int_equal(write(two[1], "x", 1), 1);
	turn(loop, -1);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(unused.calls, 0);
	loop_free(loop);
	close(one[0]);
	close(one[1]);
	close(two[0]);
	close(two[1]);
}

static void timers_in_order(void **state)
{
	(void)state;
	struct seen seen = {.loop = make_loop()};
	loop_after(seen.loop, 20, mark_b, &seen);
	loop_after(seen.loop, 0, mark_a, &seen);
	uint32_t cancelled = loop_after(seen.loop, 1, mark_b, &seen);
	loop_cancel(seen.loop, cancelled);
	loop_cancel(seen.loop, cancelled);
	loop_cancel(seen.loop, 0);
	uint64_t began = loop_now_us();
	while (strlen(seen.order) < 2)
		turn(seen.loop, -1);
	assert_string_equal(seen.order, "ab");
	assert_in_range(loop_now_us() - began, 19000, 2000000);
	loop_free(seen.loop);
}

static void again(void *ctx)
{
	struct seen *seen = ctx;
	if (++seen->calls < 3)
		loop_after(seen->loop, 0, again, seen);
}

static void timer_that_renews_itself(void **state)
{
	(void)state;
	struct seen seen = {.loop = make_loop()};
	loop_after(seen.loop, 0, again, &seen);
	while (seen.calls < 3)
		turn(seen.loop, -1);
	auto_error struct error err = {0};
	assert_int_equal(loop_turn(seen.loop, -1, &err), -1);
	expect_error(&err, "nothing is left to wait for");
	loop_free(seen.loop);
}

static void cancel_next(void *ctx)
{
	struct seen *seen = ctx;
	add_mark(seen, 'c');
	loop_cancel(seen->loop, seen->timer);
}

static void timer_that_cancels_another(void **state)
{
	(void)state;
	struct seen seen = {.loop = make_loop()};
	loop_after(seen.loop, 0, cancel_next, &seen);
	seen.timer = loop_after(seen.loop, 0, mark_a, &seen);
	turn(seen.loop, -1);
	turn(seen.loop, 0);
	assert_string_equal(seen.order, "c");
	loop_after(seen.loop, 1000000, mark_a, &seen); /* released with the loop */
	loop_free(seen.loop);
}

static void timeout_is_kept(void **state)
{
	(void)state;
	struct loop *loop = make_loop();
	uint64_t began = loop_now_us();
	turn(loop, 15);
	assert_in_range(loop_now_us() - began, 14000, 2000000);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readable_and_hung_up),
		cmocka_unit_test(writable),
		cmocka_unit_test(removed_by_a_neighbour),
		cmocka_unit_test(replaced_by_a_neighbour),
		cmocka_unit_test(timers_in_order),
		cmocka_unit_test(timer_that_renews_itself),
		cmocka_unit_test(timer_that_cancels_another),
		cmocka_unit_test(timeout_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
