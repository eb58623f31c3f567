/* Every function with the cases of tests/fixtures/functions/table.txt, and none without. */
#include "tests/unit/template_fixture.h"

#include "agent/render/functions/functions.h"
#include "common/file.h"

#include <sys/stat.h>
#include <unistd.h>

#define TABLE "tests/fixtures/functions/table.txt"

/* What asks a server has its tests beside that server. */
static const char *const elsewhere[] = {"datacenters",
					"exportedServices",
					"importedServices",
					"key",
					"keyExists",
					"keyExistsGet",
					"keyOrDefault",
					"ls",
					"safeLs",
					"node",
					"nodes",
					"partitions",
					"peerings",
					"secret",
					"secrets",
					"service",
					"connect",
					"services",
					"tree",
					"safeTree",
					"caRoots",
					"caLeaf",
					"pkiCert",
					"nomadServices",
					"nomadService",
					"nomadVarList",
					"nomadVarListSafe",
					"nomadVar",
					"nomadVarExists"};

/* One case: the lines "FUNCTION | TEMPLATE" and "= OUTPUT" or "! ERROR". */
struct table_case {
	char *function, *text, *expected;
	bool ok;
};

struct table {
	struct buf file;
	char *at;
};

static char *next_line(struct table *table)
{
	char *line = table->at, *end = line ? strchr(line, '\n') : NULL;
	table->at = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return line;
}

static void unescape(char *text)
{
	char *to = text;
	for (; *text; text++) {
		if (*text == '\\' && text[1])
			*to++ = *++text == 'n' ? '\n' : *text;
		else
			*to++ = *text;
	}
	*to = '\0';
}

static bool next_case(struct table *table, struct table_case *one)
{
	char *line;
	while ((line = next_line(table)) && (!*line || *line == '#'))
		;
	if (!line)
		return false;
	char *bar = strstr(line, " | "), *expected = next_line(table);
	assert_non_null(bar);
	assert_true(expected && strchr("=!", *expected) && *expected);
	*bar = '\0';
	*one = (struct table_case){line, bar + 3, expected[1] ? expected + 2 : expected + 1,
				   *expected == '='};
	unescape(one->expected);
	return true;
}

static void open_table(struct table *table)
{
	auto_error struct error err = {0};
	buf_clear(&table->file);
	assert_int_equal(file_read(TABLE, 0, &table->file, &err), 0);
	table->at = table->file.data;
}

static void test_every_case(void **state)
{
	(void)state;
	struct table table = {0};
	struct table_case one;
	size_t different = 0;
	open_table(&table);
	while (next_case(&table, &one)) {
		auto_rendered struct rendered rendered = {0};
		render_text(&rendered, one.text);
		const char *got = rendered.ok ? buf_text(&rendered.out) : rendered.err.message;
		if (rendered.ok == one.ok && strcmp(got, one.expected) == 0)
			continue;
		fprintf(stderr, "%s: %s\n  expected: %c %s\n  got:      %c %s\n", one.function,
			one.text, one.ok ? '=' : '!', one.expected, rendered.ok ? '=' : '!', got);
		different++;
	}
	buf_free(&table.file);
	assert_int_equal(different, 0);
}

static bool is_exempt(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(elsewhere); i++)
		if (strcmp(elsewhere[i], name) == 0)
			return true;
	return strncmp(name, "sprig_", 6) == 0;
}

static unsigned cases_of(const char *name)
{
	struct table table = {0};
	struct table_case one;
	unsigned count = 0;
	open_table(&table);
	while (next_case(&table, &one))
		count += strcmp(one.function, name) == 0;
	buf_free(&table.file);
	return count;
}

static void test_every_function_has_cases(void **state)
{
	(void)state;
	const struct function *function;
	unsigned without = 0;
	for (size_t i = 0; (function = function_number(i)); i++) {
		if (is_exempt(function->name) || cases_of(function->name) >= 3)
			continue;
		fprintf(stderr, "%s has fewer than three cases in " TABLE "\n", function->name);
		without++;
	}
	assert_int_equal(without, 0);
}

static void test_denied_functions(void **state)
{
	(void)state;
	static const char *const denied[] = {"env", "or", NULL};
	auto_rendered struct rendered first = {0}, second = {0}, third = {0};
	render_with(&first, (struct render_template){.contents = "a{{ env \"X\" }}",
						     .destination = "t",
						     .denylist = denied});
	assert_false(first.ok);
	assert_string_equal(first.err.message, "template: t:1:4: executing \"t\" at <env \"X\">: "
					       "error calling env: function is disabled");
	render_with(&second, (struct render_template){.contents = "{{ 1 | or 0 }}",
						      .destination = "t",
						      .denylist = denied});
	assert_false(second.ok);
	render_with(&third, (struct render_template){.contents = "{{ toUpper \"env\" }}",
						     .destination = "t",
						     .denylist = denied});
	assert_true(third.ok);
}

/* Renders with build/test_functions/box as the sandbox; the error or the output. */
static void expect_in_sandbox(const char *text, bool ok, const char *expected)
{
	auto_rendered struct rendered rendered = {0};
	render_with(&rendered, (struct render_template){.contents = text,
							.destination = "t",
							.sandbox = "build/test_functions/box"});
	const char *got = rendered.ok ? buf_text(&rendered.out) : rendered.err.message;
	if (rendered.ok != ok || !strstr(got, expected))
		fail_msg("%s: %s", text, got);
}

static void test_sandbox(void **state)
{
	(void)state;
	mkdir("build/test_functions/box", 0755);
	unlink("build/test_functions/box/out");
	unlink("build/test_functions/box/dangling");
	assert_int_equal(symlink("../../../Makefile", "build/test_functions/box/out"), 0);
	assert_int_equal(symlink("../new", "build/test_functions/box/dangling"), 0);
	expect_in_sandbox("{{ \"x\" | writeToFile \"build/test_functions/box/sub/a\" \"\" \"\" "
			  "\"0644\" }}{{ file \"build/test_functions/box/sub/a\" }}",
			  true, "x");
	expect_in_sandbox("{{ file \"Makefile\" }}", false,
			  "error calling file: 'Makefile' is outside of sandbox");
	expect_in_sandbox("{{ file \"build/test_functions/box/../w\" }}", false,
			  "'build/test_functions/box/../w' is outside of sandbox");
	expect_in_sandbox("{{ file \"build/test_functions/box/out\" }}", false,
			  "is outside of sandbox");
	expect_in_sandbox("{{ \"x\" | writeToFile \"build/test_functions/boxer\" \"\" \"\" "
			  "\"0644\" }}",
			  false, "'build/test_functions/boxer' is outside of sandbox");
	expect_in_sandbox("{{ \"x\" | writeToFile \"build/test_functions/box/dangling\" \"\" \"\" "
			  "\"0644\" }}",
			  false, "No such file");
	expect_in_sandbox("{{ \"x\" | writeToFile \"build/test_functions/box/no/../../../y\" \"\" "
			  "\"\" \"0644\" }}",
			  false, "error calling writeToFile");
}

static int setup(void **state)
{
	(void)state;
	setenv("T_SET", "value", 1);
	setenv("T_EMPTY", "", 1);
	unsetenv("T_UNSET");
	mkdir("build/test_functions", 0755);
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_case),
		cmocka_unit_test(test_every_function_has_cases),
		cmocka_unit_test(test_denied_functions),
		cmocka_unit_test(test_sandbox),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
