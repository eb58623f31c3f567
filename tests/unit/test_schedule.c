/* The order in which builds begin, and what their ends mean for others. */
#include "tests/unit/check.h"

#include "host/build/schedule.h"
#include "host/site/slots.h"

static void begins(struct schedule *schedule, const struct task *task)
{
	assert_ptr_equal(schedule_next(schedule, NULL, NULL), task);
}

static void independent_ones_begin_in_order(void **state)
{
	struct task tasks[] = {{.counts = true}, {.counts = true}};
	struct schedule schedule = {tasks, 2};
	(void)state;
	begins(&schedule, &tasks[0]);
	begins(&schedule, &tasks[1]);
	assert_null(schedule_next(&schedule, NULL, NULL));
	assert_false(schedule_is_over(&schedule));
	schedule_ended(&schedule, &tasks[1], 0);
	schedule_ended(&schedule, &tasks[0], 0);
	assert_true(schedule_is_over(&schedule));
	assert_true(schedule_all_passed(&schedule));
	assert_int_equal(schedule_code(&schedule), 0);
}

static void a_diamond_waits_for_its_base(void **state)
{
	struct task tasks[] = {{.group = 0},
			       {.base = &tasks[0], .group = 1, .counts = true},
			       {.base = &tasks[0], .group = 2, .counts = true}};
	struct schedule schedule = {tasks, 3};
	(void)state;
	begins(&schedule, &tasks[0]);
	assert_null(schedule_next(&schedule, NULL, NULL));
	schedule_ended(&schedule, &tasks[0], 0);
	begins(&schedule, &tasks[1]);
	begins(&schedule, &tasks[2]);
}

static void without_its_base_nothing_begins(void **state)
{
	struct task tasks[] = {{.group = 0},
			       {.base = &tasks[0], .group = 1},
			       {.base = &tasks[1], .group = 2, .counts = true},
			       {.group = 3, .counts = true}};
	struct schedule schedule = {tasks, 4};
	(void)state;
	begins(&schedule, &tasks[0]);
	begins(&schedule, &tasks[3]);
	schedule_ended(&schedule, &tasks[0], 6);
	assert_int_equal(tasks[1].state, TASK_LEFT_OUT);
	assert_int_equal(tasks[2].state, TASK_LEFT_OUT);
	assert_int_equal(tasks[3].state, TASK_RUNNING);
	schedule_ended(&schedule, &tasks[3], 0);
	assert_true(schedule_is_over(&schedule));
	assert_false(schedule_all_passed(&schedule));
	assert_int_equal(schedule_code(&schedule), 6);
}

static bool has_place(void *ctx, const struct task *task)
{
	return task != ctx;
}

static void what_has_no_place_lets_others_before(void **state)
{
	struct task tasks[] = {{.counts = true}, {.counts = true}};
	struct schedule schedule = {tasks, 2};
	(void)state;
	assert_ptr_equal(schedule_next(&schedule, has_place, &tasks[0]), &tasks[1]);
	assert_null(schedule_next(&schedule, has_place, &tasks[0]));
	assert_false(schedule_is_over(&schedule));
	begins(&schedule, &tasks[0]);
}

static void what_is_lost_runs_again(void **state)
{
	struct task tasks[] = {{.group = 0}, {.base = &tasks[0], .group = 1, .counts = true}};
	struct schedule schedule = {tasks, 2};
	(void)state;
	begins(&schedule, &tasks[0]);
	schedule_ended(&schedule, &tasks[0], 0);
	begins(&schedule, &tasks[1]);
	schedule_again(&tasks[1]);
	assert_true(schedule_is_needed(&schedule, &tasks[0]));
	schedule_again(&tasks[0]);
	begins(&schedule, &tasks[0]);
	assert_null(schedule_next(&schedule, NULL, NULL));
	schedule_ended(&schedule, &tasks[0], 0);
	begins(&schedule, &tasks[1]);
	schedule_ended(&schedule, &tasks[1], 0);
	assert_false(schedule_is_needed(&schedule, &tasks[0]));
	assert_true(schedule_all_passed(&schedule));
}

static void a_failure_lets_the_others_go_on(void **state)
{
	struct task tasks[] = {{.counts = true}, {.counts = true}, {.counts = true}};
	struct schedule schedule = {tasks, 3};
	(void)state;
	begins(&schedule, &tasks[0]);
	begins(&schedule, &tasks[1]);
	schedule_ended(&schedule, &tasks[1], 7);
	begins(&schedule, &tasks[2]);
	schedule_ended(&schedule, &tasks[2], 0);
	schedule_ended(&schedule, &tasks[0], 6);
	assert_int_equal(schedule_code(&schedule), 6); /* the first in order, not in time */
}

static void what_may_fail_does_not_count(void **state)
{
	struct task tasks[] = {{.counts = false}, {.counts = true}};
	struct schedule schedule = {tasks, 2};
	(void)state;
	begins(&schedule, &tasks[0]);
	begins(&schedule, &tasks[1]);
	schedule_ended(&schedule, &tasks[0], 6);
	schedule_ended(&schedule, &tasks[1], 0);
	assert_int_equal(schedule_code(&schedule), 0);
	assert_false(schedule_all_passed(&schedule));
}

static void the_last_wait_for_those_of_their_group(void **state)
{
	struct task tasks[] = {{.last = true},
			       {.counts = true},
			       {.group = 1, .last = true},
			       {.group = 1, .counts = true}};
	struct schedule schedule = {tasks, 4};
	(void)state;
	begins(&schedule, &tasks[1]);
	begins(&schedule, &tasks[3]);
	assert_null(schedule_next(&schedule, NULL, NULL));
	schedule_ended(&schedule, &tasks[1], 0);
	begins(&schedule, &tasks[0]);
	schedule_ended(&schedule, &tasks[3], 6);
	assert_int_equal(tasks[2].state, TASK_LEFT_OUT);
	assert_null(schedule_next(&schedule, NULL, NULL));
	schedule_ended(&schedule, &tasks[0], 0);
	assert_true(schedule_is_over(&schedule));
}

static void the_last_are_left_out_with_what_was_left_out(void **state)
{
	struct task tasks[] = {{.group = 0},
			       {.base = &tasks[0], .group = 1, .last = true},
			       {.base = &tasks[0], .group = 1, .counts = true}};
	struct schedule schedule = {tasks, 3};
	(void)state;
	begins(&schedule, &tasks[0]);
	schedule_ended(&schedule, &tasks[0], 5);
	assert_true(schedule_is_over(&schedule));
	assert_int_equal(schedule_code(&schedule), 5);
}

static void stopped_nothing_more_begins(void **state)
{
	struct task tasks[] = {{.counts = true}, {.counts = true}};
	struct schedule schedule = {tasks, 2};
	(void)state;
	begins(&schedule, &tasks[0]);
	schedule_stop(&schedule);
	assert_null(schedule_next(&schedule, NULL, NULL));
	assert_false(schedule_is_over(&schedule));
	schedule_ended(&schedule, &tasks[0], 130);
	assert_true(schedule_is_over(&schedule));
	assert_int_equal(tasks[1].state, TASK_LEFT_OUT);
}

static void count_freed(void *ctx)
{
	++*(int *)ctx;
}

static void slots_are_bounded(void **state)
{
	int freed = 0;
	struct slots slots = {.most = 2, .freed = count_freed, .ctx = &freed};
	(void)state;
	assert_true(slots_take(&slots));
	assert_true(slots_take(&slots));
	assert_false(slots_are_free(&slots));
	assert_false(slots_take(&slots));
	slots_give(&slots);
	assert_int_equal(freed, 1);
	assert_true(slots_take(&slots));
	assert_false(slots_take(&slots));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(independent_ones_begin_in_order),
		cmocka_unit_test(a_diamond_waits_for_its_base),
		cmocka_unit_test(without_its_base_nothing_begins),
		cmocka_unit_test(what_has_no_place_lets_others_before),
		cmocka_unit_test(what_is_lost_runs_again),
		cmocka_unit_test(a_failure_lets_the_others_go_on),
		cmocka_unit_test(what_may_fail_does_not_count),
		cmocka_unit_test(the_last_wait_for_those_of_their_group),
		cmocka_unit_test(the_last_are_left_out_with_what_was_left_out),
		cmocka_unit_test(stopped_nothing_more_begins),
		cmocka_unit_test(slots_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
