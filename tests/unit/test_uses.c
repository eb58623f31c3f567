/* What a build uses is not removed, and the last use is remembered. */
#include "tests/unit/check.h"

#include "common/file.h"
#include "host/cache/uses.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char engine[] = "unix:///nowhere";
static char home[] = "/tmp/factory-uses-XXXXXX";

static void what_is_used_can_not_be_locked(void **state)
{
	struct uses *one = uses_new(engine), *two = uses_new(engine);
	(void)state;
	assert_true(uses_take(one, "key"));
	assert_true(uses_take(one, "key"));
	assert_true(uses_take(two, "key"));
	assert_null(uses_lock(engine, "key"));
	uses_free(one);
	assert_null(uses_lock(engine, "key"));
	uses_free(two);
	struct use_lock *lock = uses_lock(engine, "key");
	assert_non_null(lock);
	uses_release(lock, false);
}

static void what_is_being_removed_can_not_be_used(void **state)
{
	struct uses *uses = uses_new(engine);
	struct use_lock *lock = uses_lock(engine, "other"),
			*elsewhere = uses_lock("tcp://x", "key");
	(void)state;
	assert_non_null(lock);
	assert_false(uses_take(uses, "other"));
	assert_true(uses_take(uses, "key"));
	uses_release(elsewhere, true);
	uses_release(lock, true);
	assert_true(uses_take(uses, "other"));
	uses_free(uses);
}

static void what_is_guarded_can_not_be_locked_and_was_not_used(void **state)
{
	struct uses *uses = uses_new(engine);
	(void)state;
	assert_true(uses_guard(uses, "guarded"));
	assert_null(uses_lock(engine, "guarded"));
	assert_int_equal(uses_last(engine, "guarded"), 0);
	assert_true(uses_take(uses, "guarded"));
	assert_true(uses_last(engine, "guarded") > 0);
	uses_free(uses);
	struct use_lock *lock = uses_lock(engine, "guarded");
	assert_non_null(lock);
	uses = uses_new(engine);
	assert_false(uses_guard(uses, "guarded"));
	uses_free(uses);
	uses_release(lock, true);
}

static void the_last_use_is_remembered_until_it_is_gone(void **state)
{
	time_t before = time(NULL);
	struct uses *uses = uses_new(engine);
	(void)state;
	assert_int_equal(uses_last(engine, "third"), 0);
	uses_release(uses_lock(engine, "third"), false); /* to look is no use */
	assert_int_equal(uses_last(engine, "third"), 0);
	assert_true(uses_take(uses, "third"));
	uses_free(uses);
	assert_true(uses_last(engine, "third") >= before - 1);
	uses_release(uses_lock(engine, "third"), false);
	assert_true(uses_last(engine, "third") >= before - 1);
	uses_release(uses_lock(engine, "third"), true);
	assert_int_equal(uses_last(engine, "third"), 0);
}

static unsigned descriptors(void)
{
	unsigned count = 0;
	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void thousands_are_used_with_one_descriptor(void **state)
{
	unsigned before = descriptors();
	struct uses *uses = uses_new(engine);
	(void)state;
	for (int i = 0; i < 2000; i++) {
		char name[16];
		snprintf(name, sizeof name, "key-%d", i);
		assert_true(uses_take(uses, name));
	}
	assert_int_equal(descriptors(), before + 1);
	assert_null(uses_lock(engine, "key-0"));
	assert_null(uses_lock(engine, "key-1999"));
	uses_free(uses);
	assert_int_equal(descriptors(), before);
}

static void who_is_killed_uses_nothing_any_more(void **state)
{
	pid_t child = fork();
	(void)state;
	if (child == 0)
		_exit(uses_take(uses_new(engine), "fourth") ? 0 : 1);
	int status;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	struct use_lock *lock = uses_lock(engine, "fourth");
	assert_non_null(lock);
	assert_true(uses_last(engine, "fourth") > 0);
	uses_release(lock, false);
}

static void without_a_home_everything_may_be_used(void **state)
{
	struct uses *uses = uses_new(engine);
	(void)state;
	setenv("XDG_CACHE_HOME", "/proc/nothing", 1);
	assert_true(uses_take(uses, "key"));
	struct use_lock *lock = uses_lock(engine, "key");
	assert_non_null(lock);
	uses_release(lock, true);
	uses_free(uses);
	setenv("XDG_CACHE_HOME", home, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_used_can_not_be_locked),
		cmocka_unit_test(what_is_being_removed_can_not_be_used),
		cmocka_unit_test(what_is_guarded_can_not_be_locked_and_was_not_used),
		cmocka_unit_test(the_last_use_is_remembered_until_it_is_gone),
		cmocka_unit_test(thousands_are_used_with_one_descriptor),
		cmocka_unit_test(who_is_killed_uses_nothing_any_more),
		cmocka_unit_test(without_a_home_everything_may_be_used),
	};
	struct error ignored = {0};
	if (!mkdtemp(home))
		return 1;
	setenv("XDG_CACHE_HOME", home, 1);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	file_remove_tree(home, &ignored);
	error_clear(&ignored);
	return failed;
}
