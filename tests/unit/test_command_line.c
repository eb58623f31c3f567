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
	static const unsigned columns[] = {200, 80, 62, 61, 40};
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		auto_buf struct buf out = {0};
		command_line_help(columns[i], &out);
		for (int verb = 0; verb < VERB_COUNT; verb++)
			assert_non_null(strstr(buf_text(&out), command_line_name((enum verb)verb)));
		size_t rows = 0;
		for (const char *line = buf_text(&out); *line; rows++) {
			size_t width = strcspn(line, "\n");
			assert_true(width <= columns[i]);
			line += width + 1;
		}
		assert_true(columns[i] < 62 || rows < 24);
	}
}

static void tab_asks_for(void **state)
{
	static const struct {
		const char *line;
		enum completion completion;
		const char *stem;
	} cases[] = {
		{"", COMPLETE_COMMAND, ""},
		{" sk", COMPLETE_COMMAND, "sk"},
		{"skip ", COMPLETE_NOTHING, ""},
		{"frobnicate ", COMPLETE_NOTHING, "frobnicate "},
		{"cat /etc/pa", COMPLETE_PATH, "/etc/pa"},
		{"ls  a b", COMPLETE_PATH, "a b"},
		{"break build i", COMPLETE_STEP, "build i"},
		{"facts os.id ker", COMPLETE_FACT, "ker"},
		{"q k", COMPLETE_KEEP, "k"},
		{"do ls", COMPLETE_NOTHING, "ls"},
		{"do ls /et", COMPLETE_PATH, "/et"},
		{"!ls /et", COMPLETE_PATH, "/et"},
		{"!/bin/l", COMPLETE_PATH, "/bin/l"},
		{"edit cat /x", COMPLETE_PATH, "/x"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *stem;
		assert_int_equal(command_line_completion(cases[i].line, &stem),
				 cases[i].completion);
		assert_string_equal(stem, cases[i].stem);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_commands),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(help_names_all),
		cmocka_unit_test(tab_asks_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
