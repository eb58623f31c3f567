/* What was done at the prompt, as changes of the manifest's text. */
#include "tests/unit/manifest_fixture.h"

#include "host/interactive/save.h"

static const char text[] = "# the top\n"
			   "image: busybox   # small\n"
			   "install:\n"
			   "  # first of all\n"
			   "  - apt update\n"
			   "\n"
			   "  - name: zwei ä\n"
			   "    # why\n"
			   "    run: \"make\\tall\"  # behind\n"
			   "    env: {A: \"1\"}\n"
			   "  # third\n"
			   "  - run: |\n"
			   "      one\n"
			   "\n"
			   "      two\n"
			   "    name: three\n"
			   "# the end\n"
			   "script:\n"
			   "  - test\n";

/* The text with the changes; NULL and the error where they are refused. */
static char *saved(const char *before, const struct save_change *changes, size_t count,
		   struct error *err)
{
	struct buf out = {0};
	struct manifest *manifest = read_text(before, NULL, err);
	expect_no_error(err);
	int status = save_changes(before, strlen(before), manifest, changes, count, &out, err);
	manifest_free(manifest);
	if (status < 0)
		buf_free(&out);
	return status < 0 ? NULL : buf_steal(&out);
}

/* Part `from` of the text is `to` now, and nothing else has changed. */
static void expect_change(const struct save_change *changes, size_t count, const char *from,
			  const char *to)
{
	struct error err = {0};
	const char *at = strstr(text, from);
	assert_non_null(at);
	autofree char *expected =
		mem_printf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	autofree char *found = saved(text, changes, count, &err);
	expect_no_error(&err);
	assert_string_equal(found, expected);
	struct manifest *again = read_text(found, NULL, &err);
	expect_no_error(&err);
	manifest_free(again);
}

#define CHANGE(kind, item, command) &(struct save_change){kind, item, command}, 1

static void nothing_changes_nothing(void **state)
{
	struct error err = {0};
	(void)state;
	autofree char *found = saved(text, NULL, 0, &err);
	assert_string_equal(found, text);
}

static void a_command_is_replaced(void **state)
{
	(void)state;
	expect_change(CHANGE(SAVE_COMMAND, 0, "apt install x"), "apt update", "apt install x");
	expect_change(CHANGE(SAVE_COMMAND, 1, "echo 'a: b' # no"), "\"make\\tall\"",
		      "'echo ''a: b'' # no'");
	expect_change(CHANGE(SAVE_COMMAND, 2, "x\n\n  y"), "|\n      one\n\n      two",
		      "|-\n      x\n\n        y");
	expect_change(CHANGE(SAVE_COMMAND, 2, "true"), "|\n      one\n\n      two", "'true'");
	expect_change(CHANGE(SAVE_COMMAND, 0, "a\n"), "apt update", "|\n    a");
}

static void steps_are_added(void **state)
{
	(void)state;
	expect_change(CHANGE(SAVE_ADDED, 0, "echo 0"), "  # first of all",
		      "  - echo 0\n  # first of all");
	expect_change(CHANGE(SAVE_ADDED, 1, "echo 1"), "apt update\n", "apt update\n  - echo 1\n");
	expect_change(CHANGE(SAVE_ADDED, 2, "[ -e x ]"), "  # third\n",
		      "  - '[ -e x ]'\n  # third\n");
	expect_change(CHANGE(SAVE_ADDED, 3, "last"), "name: three\n", "name: three\n  - last\n");
}

static void a_step_becomes_a_comment(void **state)
{
	(void)state;
	expect_change(CHANGE(SAVE_LEFT_OUT, 0, NULL), "  - apt update", "  # - apt update");
	expect_change(CHANGE(SAVE_LEFT_OUT, 2, NULL),
		      "  - run: |\n      one\n\n      two\n    name: three\n",
		      "  # - run: |\n  #     one\n\n  #     two\n  #   name: three\n");
}

static void several_at_once(void **state)
{
	static const struct save_change changes[] = {
		{SAVE_ADDED, 0, "a"}, {SAVE_ADDED, 0, "b"},     {SAVE_COMMAND, 0, "c"},
		{SAVE_ADDED, 1, "d"}, {SAVE_LEFT_OUT, 1, NULL}, {SAVE_ADDED, 3, "e"}};
	struct error err = {0};
	(void)state;
	autofree char *found = saved(text, changes, COUNT_OF(changes), &err);
	expect_no_error(&err);
	assert_string_equal(found, "# the top\n"
				   "image: busybox   # small\n"
				   "install:\n"
				   "  - a\n"
				   "  - b\n"
				   "  # first of all\n"
				   "  - c\n"
				   "  - d\n"
				   "\n"
				   "  # - name: zwei ä\n"
				   "  #   # why\n"
				   "  #   run: \"make\\tall\"  # behind\n"
				   "  #   env: {A: \"1\"}\n"
				   "  # third\n"
				   "  - run: |\n"
				   "      one\n"
				   "\n"
				   "      two\n"
				   "    name: three\n"
				   "  - e\n"
				   "# the end\n"
				   "script:\n"
				   "  - test\n");
}

static void the_last_line_needs_no_end(void **state)
{
	struct error err = {0};
	(void)state;
	autofree char *found = saved("image: x\ninstall:\n- a", CHANGE(SAVE_ADDED, 1, "b"), &err);
	assert_string_equal(found, "image: x\ninstall:\n- a\n- b\n");
	autofree char *other = saved("image: x\ninstall:\n- a", CHANGE(SAVE_COMMAND, 0, "b"), &err);
	assert_string_equal(other, "image: x\ninstall:\n- b");
}

static void what_is_not_written_out_is_refused(void **state)
{
	static const struct {
		const char *text, *command, *why;
	} cases[] = {
		{"image: x\ninstall: [a, b]\n", "c", "no list with a line for each step"},
		{"image: x\ninstall: a\n", "c", "no list with a line for each step"},
		{"image: x\n{% if true %}\ninstall:\n- a\n{% endif %}\n", "c",
		 "YAML only once Jinja2 has read it"},
		{"image: x\ninstall:\n# {% for i in [1,2] %}\n- a\n# {% endfor %}\n", "c",
		 "Jinja2 or a phase of Travis made the list"},
		{"image: x\ninstall:\n- \"a {{ 1 }}\"\n", "c", "Jinja2 makes this step's command"},
		{"image: x\ninstall:\n- a\n", "b {{ x }}", "which Jinja2 would read"},
		{"image: x\ninstall:\n- a\n", "b\a", "YAML can't hold"},
		{"image: x\ninstall:\n- a # why\n", "b\nc", "a comment is behind the command"},
		{"image: x\ninstall:\n-\n  a\n", "c", "does not begin on the line of its dash"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {0};
		struct save_change change = {SAVE_COMMAND, 0, cases[i].command};
		assert_null(saved(cases[i].text, &change, 1, &err));
		expect_error(&err, cases[i].why);
	}
}

/* What is special about a step counts only where that one is to be changed. */
static const char special[] = "image: x\n"
			      "env: &all {A: \"1\"}\n"
			      "install:\n"
			      "  # first\n"
			      "  - &first echo 1\n"
			      "  - *first\n"
			      "  - run: &second echo 2\n"
			      "  - {run: echo 3, env: *all}   # behind\n"
			      "  - name: four\n"
			      "    env: &four {B: \"2\"}\n"
			      "    run: echo 4\n"
			      "  - parallel:\n"
			      "      # a\n"
			      "      - echo 5\n"
			      "      - [echo 6, echo 7]\n"
			      "  - !!str echo 8\n"
			      "  - {name: last, env: *four, run: *second}\n";

static void special_steps(void **state)
{
	static const struct {
		struct save_change change;
		const char *from, *to, *why; /* to NULL: refused */
	} cases[] = {
		{{SAVE_COMMAND, 0, "x"}, "", NULL, "m.yml:5:1: other parts of the file refer"},
		{{SAVE_LEFT_OUT, 0, NULL}, "", NULL, "m.yml:5:1: other parts"},
		{{SAVE_ADDED, 0, "x"}, "  # first\n", "  - x\n  # first\n", NULL},
		{{SAVE_COMMAND, 1, "x"}, "", NULL, "m.yml:6:1: a step whose command is not"},
		{{SAVE_LEFT_OUT, 1, NULL}, "- *first", "# - *first", NULL},
		{{SAVE_ADDED, 1, "x"}, "  - *first", "  - x\n  - *first", NULL},
		{{SAVE_ADDED, 2, "x"}, "  - run: &s", "  - x\n  - run: &s", NULL},
		{{SAVE_COMMAND, 2, "x"},
		 "",
		 NULL,
		 "m.yml:7:1: other parts of the file refer to its"},
		{{SAVE_LEFT_OUT, 2, NULL}, "", NULL, "m.yml:7:1: other parts"},
		{{SAVE_COMMAND, 3, "x"}, "echo 3", "x", NULL},
		{{SAVE_COMMAND, 3, "a, b"}, "echo 3", "'a, b'", NULL},
		{{SAVE_COMMAND, 3, "a\nb"}, "", NULL, "its step is on one"},
		{{SAVE_LEFT_OUT, 3, NULL}, "- {run", "# - {run", NULL},
		{{SAVE_COMMAND, 4, "x"}, "echo 4", "x", NULL},
		{{SAVE_LEFT_OUT, 4, NULL}, "", NULL, "m.yml:9:1: other parts"},
		{{SAVE_COMMAND, 5, "x"}, "", NULL, "m.yml:12:1: the step is in a group"},
		{{SAVE_LEFT_OUT, 6, NULL}, "", NULL, "the step is in a group"},
		{{SAVE_ADDED, 5, "x"}, "", NULL, "the step is in a group"},
		{{SAVE_ADDED, 8, "x"}, "  - !!str", "  - x\n  - !!str", NULL},
		{{SAVE_COMMAND, 8, "x"}, "!!str echo 8", "x", NULL},
		{{SAVE_COMMAND, 9, "x"}, "", NULL, "command is not written here"},
		{{SAVE_ADDED, 10, "x"}, "run: *second}\n", "run: *second}\n  - x\n", NULL},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {0};
		const char *at = strstr(special, cases[i].from);
		autofree char *found = saved(special, &cases[i].change, 1, &err);
		if (!cases[i].to) {
			assert_null(found);
			expect_error(&err, cases[i].why);
			continue;
		}
		expect_no_error(&err);
		autofree char *expected = mem_printf("%.*s%s%s", (int)(at - special), special,
						     cases[i].to, at + strlen(cases[i].from));
		assert_string_equal(found, expected);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changes_nothing),
		cmocka_unit_test(a_command_is_replaced),
		cmocka_unit_test(steps_are_added),
		cmocka_unit_test(a_step_becomes_a_comment),
		cmocka_unit_test(several_at_once),
		cmocka_unit_test(the_last_line_needs_no_end),
		cmocka_unit_test(what_is_not_written_out_is_refused),
		cmocka_unit_test(special_steps),
	};
	return cmocka_run_group_tests(tests, make_directory, drop_directory);
}
