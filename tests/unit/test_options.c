#include "tests/unit/check.h"

#include "common/own.h"
#include "host/exit_codes.h"
#include "host/options.h"

struct taken {
	bool quiet;
	const char *tag, *format;
	unsigned jobs;
	int times;
};

static int count(void *target, const char *text, struct error *err)
{
	struct taken *taken = target;
	taken->times++;
	return *text == '!' ? error_set(err, "no exclamation marks") : 0;
}

static const struct option some[] = {
	{.name = "quiet", .letter = 'q', .help = "", OPTION_INTO(struct taken, quiet)},
	{.name = "tag", .letter = 't', .argument = "X", .help = "", OPTION_INTO(struct taken, tag)},
	{0},
};

static const struct option others[] = {
	{.name = "jobs", .argument = "N", .help = "", OPTION_INTO(struct taken, jobs)},
	{.name = "set", .argument = "K", .help = "", .each = count},
	{.name = "format",
	 .argument = "F",
	 .choices = "json jsonl text",
	 OPTION_INTO(struct taken, format)},
	{0},
};

static int parse(struct taken *taken, int *argc, char **argv, struct error *err)
{
	static const option_tables tables = {some, others};
	return options_parse(argc, argv, tables, taken, err);
}

static void all_spellings(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	struct taken taken = {0};
	char *argv[] = {"x", "a", "-q",      "-tone", "--jobs=3", "--set",
			"1", "b", "--set=2", "--",    "-z",       NULL};
	int argc = (int)COUNT_OF(argv) - 1;
	assert_int_equal(parse(&taken, &argc, argv, &err), 0);
	assert_true(taken.quiet);
	assert_string_equal(taken.tag, "one");
	assert_int_equal(taken.jobs, 3);
	assert_int_equal(taken.times, 2);
	assert_int_equal(argc, 4);
	assert_string_equal(argv[1], "a");
	assert_string_equal(argv[2], "b");
	assert_string_equal(argv[3], "-z");
	assert_null(argv[4]);
}

static void choices(void **state)
{
	static const char *const words[] = {"json", "jsonl", "text"};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		auto_error struct error err = {0};
		struct taken taken = {0};
		char *argv[] = {"x", "--format", (char *)words[i], NULL};
		int argc = 3;
		assert_int_equal(parse(&taken, &argc, argv, &err), 0);
		assert_string_equal(taken.format, words[i]);
	}
}

static void help(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	struct taken taken = {0};
	char *argv[] = {"x", "-q", "--help", "--nonsense", NULL};
	int argc = 4;
	assert_int_equal(parse(&taken, &argc, argv, &err), 1);
}

static void misuse(void **state)
{
	static const struct {
		const char *word, *next, *error;
	} cases[] = {
		{"--tga", "x", "unknown option --tga: did you mean --tag?"},
		{"-x", NULL, "unknown option -x: --help lists them"},
		{"--tag", NULL, "--tag needs a value: X"},
		{"--quiet=1", NULL, "--quiet takes no value"},
		{"--jobs", "0", "--jobs takes a number from 1"},
		{"--jobs", "-1", "--jobs takes a number from 1"},
		{"--jobs", "2x", "--jobs takes a number from 1"},
		{"--set", "!", "no exclamation marks"},
		{"--format", "tex", "--format takes json, jsonl or text, not 'tex'"},
		{"--format", "son", "--format takes json, jsonl or text, not 'son'"},
		{"--format", "", "--format takes json, jsonl or text, not ''"},
		{"--format", "json jsonl", "--format takes json, jsonl or text, not 'json jsonl'"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {0};
		struct taken taken = {0};
		char *argv[] = {"x", (char *)cases[i].word, (char *)cases[i].next, NULL};
		int argc = cases[i].next ? 3 : 2;
		assert_int_equal(parse(&taken, &argc, argv, &err), -1);
		assert_int_equal(err.exit_code, EXIT_USAGE);
		expect_error(&err, cases[i].error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_spellings),
		cmocka_unit_test(choices),
		cmocka_unit_test(help),
		cmocka_unit_test(misuse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
