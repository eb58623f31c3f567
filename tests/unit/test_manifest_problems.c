/* What is wrong with a manifest: all of it, in order, and every wrong type at every key. */
#include "tests/unit/check.h"
#include "tests/unit/shipped.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "common/yaml.h"
#include "host/manifest/reader.h"

#include <sys/stat.h>

static char source[4096]; /* where the test was started: the source's root */
static char directory[] = "/tmp/factory-problems-XXXXXX";

static int make_directory(void **state)
{
	(void)state;
	return !getcwd(source, sizeof source) || !mkdtemp(directory) || chdir(directory) < 0 ? -1
											     : 0;
}

static int drop_directory(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	return file_remove_tree(directory, &err);
}

static void put(const char *path, const char *text, size_t len)
{
	struct error err = {0};
	assert_int_equal(file_replace(path, text, len, 0644, (uid_t)-1, (gid_t)-1, &err), 0);
}

static struct manifest *read_with(const char *text, size_t len, struct manifest_problems *problems)
{
	struct manifest_options options = {.problems = problems};
	auto_error struct error err = {0};
	put("m.yml", text, len);
	struct manifest *manifest = manifest_read("m.yml", &options, &err);
	assert_true(manifest ? !error_is_set(&err) : error_is_set(&err));
	assert_true(manifest ? !problems->count : problems->count > 0);
	return manifest;
}

static void expect_problems(const char *text, const char *const *expected)
{
	struct manifest_problems problems = {0};
	manifest_free(read_with(text, strlen(text), &problems));
	for (size_t i = 0; expected[i] || i < problems.count; i++) {
		assert_non_null(expected[i]);
		assert_true(i < problems.count);
		const struct manifest_problem *problem = &problems.items[i];
		autofree char *line =
			mem_printf("%u:%u %s %s", problem->at.line, problem->at.column,
				   problem->code, problem->message);
		assert_string_equal(line, expected[i]);
		assert_string_equal(problem->at.file, "m.yml");
	}
	manifest_problems_free(&problems);
}

static void all_are_told_in_order(void **state)
{
	(void)state;
	expect_problems(
		"instal: x\n"
		"limits: {memory: 1k, netwrk: true}\n"
		"install:\n"
		"  - {run: a, retries: x, timout: 5}\n"
		"  - []\n"
		"  - ''\n"
		"script: {runn: x}\n"
		"workdir: here\n",
		(const char *const[]){
			"1:1 missing no base image: name one with `image: NAME` or "
			"`language: NAME`",
			"1:1 unknown-key unknown key 'instal' in the manifest",
			"2:18 value 'memory' is a size such as 512m or 2g, from 6m, not '1k'",
			"2:22 unknown-key unknown key 'netwrk' in 'limits'",
			"4:23 type 'retries' must be a whole number, this is a string",
			"4:26 unknown-key unknown key 'timout' in a step",
			"5:5 type an entry of 'install' must be a single value or a map, "
			"this is a list",
			"6:5 value a step's command is empty",
			"7:10 unknown-key unknown key 'runn' in a step",
			"8:10 value 'workdir' must be an absolute path", NULL});
}

static void bad_bytes(void **state)
{
	(void)state;
	expect_problems("image: x\n\tinstall: y\n",
			(const char *const[]){"2:1 yaml YAML: found a tab character that violates "
					      "indentation while scanning a plain scalar",
					      NULL});
	expect_problems(
		"image: x\nimage: y\n",
		(const char *const[]){"2:1 yaml YAML: the key 'image' is there twice", NULL});
	struct manifest_problems problems = {0};
	assert_null(read_with("image: \xff\xfe\n", 10, &problems));
	assert_int_equal(problems.count, 1);
	manifest_problems_free(&problems);
	assert_null(read_with("image: \"a\\0b\"\n", 14, &problems));
	assert_int_equal(problems.items[0].at.line, 1);
	manifest_problems_free(&problems);
}

static void anchors_that_explode(void **state)
{
	(void)state;
	auto_buf struct buf text = {0};
	buf_puts(&text, "kv:\n  a0: &a0 {k: v, l: w}\n");
	for (int i = 1; i < 40; i++)
		buf_printf(&text, "  a%d: &a%d {x: *a%d, y: *a%d}\n", i, i, i - 1, i - 1);
	struct manifest_problems problems = {0};
	assert_null(read_with(text.data, text.len, &problems));
	assert_string_equal(problems.items[0].message,
			    "YAML: too large, or nested too deeply, once this alias is expanded");
	manifest_problems_free(&problems);
	buf_clear(&text);
	buf_puts(&text, "base: &b {");
	for (int i = 0; i < 3000; i++)
		buf_printf(&text, "k%d: v, ", i);
	buf_puts(&text, "}\nlist:\n");
	for (int i = 0; i < 3000; i++)
		buf_puts(&text, "  - {<<: *b}\n");
	assert_null(read_with(text.data, text.len, &problems));
	assert_non_null(strstr(problems.items[0].message, "once this alias is expanded"));
	manifest_problems_free(&problems);
}

/* The kinds of value, as YAML, and what a key must take to be allowed to have one. */
static const struct {
	const char *yaml;
	unsigned fits;
} values[] = {
	{"~", TAKES_NOTHING},
	{"true", TAKES_TEXT | TAKES_FLAG},
	{"7", TAKES_TEXT | TAKES_COUNT | TAKES_TIME},
	{"1.5", TAKES_TEXT | TAKES_TIME},
	{"text", TAKES_TEXT | TAKES_TIME},
	{"[]", TAKES_LIST},
	{"[[[]]]", 0},
	{"[~]", 0},
	{"[1, text, {a: b}, true]", TAKES_LIST},
	{"{}", TAKES_MAP | TAKES_NAMES | TAKES_TREE},
	{"{a: b}", TAKES_MAP | TAKES_NAMES | TAKES_TREE},
	{"{a: {b: [c]}}", TAKES_MAP | TAKES_NAMES | TAKES_TREE},
};

/* Every section, and how to get at it. */
static const struct {
	const struct reader_section *section;
	const char *before, *after;
	unsigned line;
} places[] = {
	{&manifest_section, "", "", 1},
	{&step_section, "image: x\ninstall:\n  - run: x\n    ", "", 4},
	{&copy_section, "image: x\ncopy:\n    ", "", 3},
	{&config_section, "image: x\nconfig:\n    ", "", 3},
	{&limits_section, "image: x\nlimits:\n    ", "", 3},
	{&secret_section, "image: x\nscript:\n  - run: x\n    secrets:\n      A:\n        ", "", 6},
	{&include_section, "image: x\ninclude:\n  - ", "", 3},
	{&jobs_section, "image: x\njobs:\n    ", "", 3},
};

static void every_wrong_type_at_every_key(void **state)
{
	(void)state;
	size_t refused = 0;
	for (size_t p = 0; p < COUNT_OF(places); p++)
		for (size_t k = 0; k < places[p].section->count; k++)
			for (size_t v = 0; v < COUNT_OF(values); v++) {
				const struct reader_key *key = &places[p].section->keys[k];
				struct manifest_problems problems = {0};
				autofree char *text =
					mem_printf("%s%s: %s\n%s", places[p].before, key->name,
						   values[v].yaml, places[p].after);
				struct manifest *manifest =
					read_with(text, strlen(text), &problems);
				bool fits = (key->takes & values[v].fits) != 0;
				bool at_line = manifest != NULL;
				for (size_t i = 0; i < problems.count; i++)
					at_line |= problems.items[i].at.line == places[p].line;
				if (!fits && values[v].fits && manifest)
					fail_msg("taken though of a wrong type: %s", text);
				if (!at_line)
					fail_msg("no problem in line %u of: %s", places[p].line,
						 text);
				refused += !manifest;
				manifest_free(manifest);
				manifest_problems_free(&problems);
			}
	assert_true(refused > 500);
}

static void a_problem_too_many(void **state)
{
	(void)state;
	auto_buf struct buf text = {0};
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "wrong%d: x\n", i);
	struct manifest_problems problems = {0};
	assert_null(read_with(text.data, text.len, &problems));
	assert_int_equal(problems.count, 500);
	assert_true(problems.more);
	manifest_problems_free(&problems);
}

static void shipped_files_are_made_of_the_table(void **state)
{
	(void)state;
	expect_shipped(source, "schema/manifest.json", manifest_schema, "docs/manifest.md",
		       manifest_keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_told_in_order),
		cmocka_unit_test(bad_bytes),
		cmocka_unit_test(anchors_that_explode),
		cmocka_unit_test(every_wrong_type_at_every_key),
		cmocka_unit_test(a_problem_too_many),
		cmocka_unit_test(shipped_files_are_made_of_the_table),
	};
	return cmocka_run_group_tests(tests, make_directory, drop_directory);
}
