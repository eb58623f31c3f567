#include "tests/unit/check.h"

#include "common/own.h"
#include "host/exit_codes.h"
#include "host/explain/codes.h"

static void the_table_is_in_order(void **state)
{
	(void)state;
	int classes[256] = {0};
	for (size_t i = 0; i < explanation_count; i++) {
		const struct explanation *it = &explanations[i];
		assert_true(i == 0 || explanations[i - 1].code < it->code);
		assert_true(*it->title && *it->meaning && *it->advice && *it->example);
		assert_int_equal(it->meaning[strlen(it->meaning) - 1], '.');
		/* The first of an exit code stands for its class. */
		if (it->exit_code && !classes[it->exit_code])
			assert_int_equal(it->code % 100, 0);
		classes[it->exit_code] = it->code;
	}
	for (int code = EXIT_FAILED; code <= EXIT_AGENT; code++)
		assert_true(classes[code]);
	assert_true(classes[EXIT_INTERRUPTED] && classes[EXIT_TERMINATED]);
}

static void errors_find_theirs(void **state)
{
	static const struct {
		int exit_code, code;
		enum error_code found;
	} cases[] = {
		{0, 0, ERROR_GENERAL},
		{EXIT_MANIFEST, 0, ERROR_MANIFEST},
		{EXIT_MANIFEST, ERROR_YAML, ERROR_YAML},
		{EXIT_INTERRUPTED, 0, ERROR_INTERRUPTED},
		{EXIT_STEP, ERROR_YAML, ERROR_STEP}, /* somebody gave it another exit code since */
		{EXIT_STEP, 12345, ERROR_STEP},
		{99, 0, ERROR_GENERAL},
		{0, ERROR_TOOLBOX_NONE, ERROR_TOOLBOX_NONE},
		{EXIT_RENDER, ERROR_DISK_FULL, ERROR_DISK_FULL}, /* wherever it happens */
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {.exit_code = cases[i].exit_code, .code = cases[i].code};
		assert_int_equal(explain_error(&err)->code, cases[i].found);
	}
}

static void the_number_is_at_the_end(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	error_set_at(&err, "m.yml", 3, 1, "unknown key 'a'");
	error_class(&err, EXIT_MANIFEST, ERROR_KEY_UNKNOWN);
	error_wrap(&err, "reading");
	autofree char *text = explain_text(&err);
	assert_string_equal(text, "m.yml:3:1: reading: unknown key 'a' [F0301]");
	error_set(&err, "another");
	assert_int_equal(err.code, 0);
}

static void names(void **state)
{
	(void)state;
	assert_int_equal(explain_named("F0301")->code, 301);
	assert_int_equal(explain_named("301")->code, 301);
	assert_int_equal(explain_named("f0301")->code, 301);
	assert_null(explain_named("F0399"));
	assert_null(explain_named("F"));
	assert_null(explain_named("F301x"));
	assert_int_equal(explain_problem("type"), ERROR_KIND);
	assert_int_equal(explain_problem("no such"), ERROR_MANIFEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_in_order),
		cmocka_unit_test(errors_find_theirs),
		cmocka_unit_test(the_number_is_at_the_end),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
