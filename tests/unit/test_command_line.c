/* What can be typed at the prompt of `factory build -i`. */
#include "tests/unit/check.h"

#include "common/own.h"
#include "host/interactive/command_line.h"

static void lines_are_commands(void **state)
{
	static const struct {
		const char *line;
		enum verb verb;
		const char *rest;
	} cases[] = {
		{"", VERB_RUN, ""},
		{"  \t", VERB_RUN, ""},
		{"run", VERB_RUN, ""},
		{" r ", VERB_RUN, ""},
		{"skip", VERB_SKIP, ""},
		{"sk", VERB_SKIP, ""},
		{"sh", VERB_SHELL, ""},
		{"edit", VERB_EDIT, ""},
		{"edit  make  all ", VERB_EDIT, "make  all "},
		{"do make", VERB_DO, "make"},
		{"!make", VERB_DO, "make"},
		{"! make all", VERB_DO, "make all"},
		{"l", VERB_COUNT, NULL},
		{"ls", VERB_LS, ""},
		{"ls /etc", VERB_LS, "/etc"},
		{"li", VERB_LIST, ""},
		{"c", VERB_COUNT, NULL},
		{"con", VERB_CONTINUE, ""},
		{"quit keep", VERB_QUIT, "keep"},
		{"q\r", VERB_QUIT, ""},
		{"h", VERB_HELP, ""},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_error struct error err = {0};
		struct command_line command = {VERB_COUNT, NULL};
		int status = command_line_read(cases[i].line, &command, &err);
		assert_int_equal(status, cases[i].verb == VERB_COUNT ? -1 : 0);
		if (status < 0)
			continue;
		assert_int_equal(command.verb, cases[i].verb);
		assert_string_equal(command.rest, cases[i].rest);
	}
}

static void nonsense_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{"frobnicate", "'frobnicate' is no command: `help` lists the commands"},
		{"b", "'b' may be several"},
		{"skip it", "'skip' takes nothing behind it, not 'it'"},
		{"cat", "'cat' needs a PATH"},
		{"!", "'do' needs a COMMAND"},
		{"running", "'running' is no command"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {0};
		struct command_line command;
		assert_int_equal(command_line_read(cases[i][0], &command, &err), -1);
		expect_error(&err, cases[i][1]);
	}
}

static void help_names_all(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	command_line_help(&out);
	size_t lines = 0;
	for (const char *c = buf_text(&out); *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, VERB_COUNT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_commands),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(help_names_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
