/* One key, one at a time, whatever becomes of the one who had it. */
#include "tests/unit/check.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/site/claim.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char engine[] = "unix:///nowhere";
static char home[] = "/tmp/factory-claim-XXXXXX";

static int take(struct claim *claim, const char *key)
{
	struct error err = {0};
	claim->fd = -1;
	int status = claim_take(claim, engine, key, &err);
	expect_no_error(&err);
	return status;
}

static void one_at_a_time(void **state)
{
	struct claim one, two, other;
	(void)state;
	assert_int_equal(take(&one, "key"), 1);
	assert_int_equal(take(&two, "key"), 0);
	claim_end(&two);
	assert_int_equal(take(&two, "key"), 0);
	assert_int_equal(take(&other, "other"), 1);
	claim_end(&one);
	assert_int_equal(take(&two, "key"), 1);
	claim_end(&two);
	claim_end(&other);
}

static void nothing_is_left_behind(void **state)
{
	struct claim claim;
	(void)state;
	assert_int_equal(take(&claim, "key"), 1);
	claim_end(&claim);
	autofree char *directory = mem_printf("%s/factory/claims", home);
	assert_int_equal(rmdir(directory), 0);
}

static void who_is_killed_does_not_keep_it(void **state)
{
	struct claim claim;
	int ready[2];
	char byte;
	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		if (take(&claim, "key") == 1 && write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(take(&claim, "key"), 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(take(&claim, "key"), 1);
	claim_end(&claim);
	close(ready[0]);
	close(ready[1]);
}

static void without_a_place_it_is_said(void **state)
{
	struct claim claim = {.fd = -1};
	struct error err = {0};
	(void)state;
	setenv("XDG_CACHE_HOME", "/dev/null", 1);
	assert_int_equal(claim_take(&claim, engine, "key", &err), -1);
	expect_error(&err, "/dev/null");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	assert_int_equal(take(&claim, "key"), 1);
	claim_end(&claim);
}

static int begin(void **state)
{
	(void)state;
	return mkdtemp(home) ? setenv("XDG_CACHE_HOME", home, 1) : -1;
}

static int end(void **state)
{
	auto_error struct error ignored = {0};
	(void)state;
	return file_remove_tree(home, &ignored);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(nothing_is_left_behind),
		cmocka_unit_test(who_is_killed_does_not_keep_it),
		cmocka_unit_test(without_a_place_it_is_said),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
