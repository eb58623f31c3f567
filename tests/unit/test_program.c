/* Other programs: what they are told and say, and how they are ended. */
#include "tests/unit/check.h"

#include "common/own.h"
#include "host/program.h"

#include <signal.h>
#include <time.h>

static int sh(const char *script, const char *input, struct program_result *result,
	      struct error *err)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	static const char *const env[] = {"GIVEN=yes", "HOME=/nowhere", "LOGNAME", NULL};
	struct program program = {
		.argv = argv, .env = env, .input = input, .limit = 300000, .timeout_ms = 400};
	*result = (struct program_result){0};
	return program_run(&program, result, err);
}

static void runs(void **state)
{
	(void)state;
	static const struct {
		const char *script, *input, *out, *complaint;
		int code;
	} cases[] = {
		{"echo a; echo b >&2; exit 3", NULL, "a\n", "b", 3},
		{"cat", "told", "told", "", 0},
		{"cat", NULL, "", "", 0},
		{"true", "it does not listen", "", "", 0},
		{"echo $GIVEN $HOME; test -n \"$PATH\" -a -z \"$LOGNAME\"", NULL, "yes /nowhere\n",
		 "", 0},
		{"printf 'first\\nlast\\n\\n' >&2", NULL, "", "last", 0},
		{"kill -KILL $$", NULL, "", "", 128 + SIGKILL},
		{"exec >&- 2>&-; sleep 0.1; exit 5", NULL, "", "", 5},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {0};
		struct program_result result;
		assert_int_equal(sh(cases[i].script, cases[i].input, &result, &err), 0);
		assert_int_equal(result.code, cases[i].code);
		assert_string_equal(buf_text(&result.out), cases[i].out);
		assert_string_equal(program_complaint(&result), cases[i].complaint);
		program_result_free(&result);
	}
}

/* More than any pipe holds, in and out at once. */
static void much(void **state)
{
	(void)state;
	struct error err = {0};
	struct program_result result;
	autofree char *input = malloc(250001);
	memset(input, 'x', 250000);
	input[250000] = '\0';
	assert_int_equal(sh("cat", input, &result, &err), 0);
	assert_int_equal(result.out.len, 250000);
	program_result_free(&result);
}

/* A signal that we ignore or block is neither for it. */
static void usual_signals(void **state)
{
	(void)state;
	struct error err = {0};
	struct program_result result;
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(sh("kill -TERM $$; echo survived", NULL, &result, &err), 0);
	assert_int_equal(result.code, 128 + SIGTERM);
	program_result_free(&result);
	assert_int_equal(sh("kill -PIPE $$; echo survived", NULL, &result, &err), 0);
	assert_int_equal(result.code, 128 + SIGPIPE);
	program_result_free(&result);
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
}

static void fails(void **state)
{
	(void)state;
	static const char *const missing[] = {"no-such-program", NULL};
	static const char *const cases[][2] = {
		{"exec sleep 5", "sh did not end within"},
		{"exec >&- 2>&-; exec sleep 5", NULL}, /* it is ended, too */
		{"yes", "sh says more than 300000 bytes"},
	};
	struct program program = {.argv = missing, .limit = 1, .timeout_ms = 1000};
	struct program_result result = {0};
	struct error err = {0};
	assert_int_equal(program_run(&program, &result, &err), -1);
	expect_error(&err, "there is no program no-such-program in PATH");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		time_t began = time(NULL);
		int status = sh(cases[i][0], NULL, &result, &err);
		assert_int_equal(status, cases[i][1] ? -1 : 0);
		if (cases[i][1])
			expect_error(&err, cases[i][1]);
		/* That nobody reads any more may reach it first. */
		assert_true(result.code == 128 + SIGKILL || result.code == 128 + SIGPIPE);
		assert_true(time(NULL) - began < 3);
		program_result_free(&result);
	}
}

int main(void)
{
	setenv("LOGNAME", "somebody", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs),
		cmocka_unit_test(much),
		cmocka_unit_test(usual_signals),
		cmocka_unit_test(fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
