#include "tests/unit/check.h"

#include "host/cache/checkpoint.h"

static const struct step plain, marked = {.checkpoint = true};
static const struct node files = {.kind = NODE_FILES}, step = {.kind = NODE_TASK, .step = &plain},
			 kept = {.kind = NODE_TASK, .step = &marked};

static void work_that_costs_more_than_a_commit_is_kept(void **state)
{
	(void)state;
	struct checkpoint checkpoint = {0};
	checkpoint_worked(&checkpoint, CHECKPOINT_COMMIT_US);
	assert_false(checkpoint_is_due(&checkpoint, &step, false));
	assert_false(checkpoint_is_due(&checkpoint, &files, false));
	checkpoint_worked(&checkpoint, 1);
	assert_true(checkpoint_is_due(&checkpoint, &step, false));
	assert_true(checkpoint_is_due(&checkpoint, &files, false));
}

static void the_last_commit_is_the_measure(void **state)
{
	(void)state;
	struct checkpoint checkpoint = {.commit_us = 5000}; /* remembered */
	checkpoint_worked(&checkpoint, 5001);
	assert_true(checkpoint_is_due(&checkpoint, &step, false));
	checkpoint_committed(&checkpoint, 9000000);
	checkpoint_worked(&checkpoint, 5000000);
	assert_false(checkpoint_is_due(&checkpoint, &step, false));
	checkpoint_worked(&checkpoint, 4000001); /* small steps add up */
	assert_true(checkpoint_is_due(&checkpoint, &step, false));
	checkpoint_committed(&checkpoint, 20000);
	assert_false(checkpoint_is_due(&checkpoint, &step, false));
	checkpoint_worked(&checkpoint, 20001);
	assert_true(checkpoint_is_due(&checkpoint, &step, false));
}

static void a_step_may_ask_for_it(void **state)
{
	(void)state;
	struct checkpoint checkpoint = {0};
	assert_true(checkpoint_is_due(&checkpoint, &kept, false));
	checkpoint_worked(&checkpoint, 1);
	assert_true(checkpoint_is_due(&checkpoint, &kept, false));
	assert_false(checkpoint_is_due(&checkpoint, &step, false));
}

static void what_processes_hold_is_not_kept_unless_asked(void **state)
{
	(void)state;
	struct checkpoint checkpoint = {0};
	checkpoint_worked(&checkpoint, 10 * CHECKPOINT_COMMIT_US);
	assert_false(checkpoint_is_due(&checkpoint, &step, true));
	assert_true(checkpoint_is_due(&checkpoint, &kept, true));
	assert_true(checkpoint_is_due(&checkpoint, &step, false)); /* once they have ended */
}

/* However short the steps are, commits never take more than the work does, the first one aside. */
static void commits_stay_below_the_work(void **state)
{
	(void)state;
	for (uint64_t each = 1000; each < 1000000; each *= 3) {
		struct checkpoint checkpoint = {0};
		uint64_t work = 0, commits = 0;
		for (int i = 0; i < 1000; i++) {
			work += each;
			checkpoint_worked(&checkpoint, each);
			if (!checkpoint_is_due(&checkpoint, &step, false))
				continue;
			commits += 70000;
			checkpoint_committed(&checkpoint, 70000);
		}
		assert_true(commits <= work);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_that_costs_more_than_a_commit_is_kept),
		cmocka_unit_test(the_last_commit_is_the_measure),
		cmocka_unit_test(a_step_may_ask_for_it),
		cmocka_unit_test(what_processes_hold_is_not_kept_unless_asked),
		cmocka_unit_test(commits_stay_below_the_work),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
