#include "tests/unit/check.h"

#include "common/file.h"
#include "common/json.h"
#include "common/kv.h"
#include "common/memory.h"
#include "common/own.h"
#include "common/yaml.h"

static struct value *flat(struct arena *arena, const char *yaml, struct error *err)
{
	const struct value *tree = yaml_parse(arena, "k.yml", yaml, strlen(yaml), err);
	return tree ? kv_flatten(arena, "k.yml", tree, err) : NULL;
}

static void expect_json(const struct value *value, const char *expected)
{
	auto_buf struct buf json = {0};
	json_write(&json, value);
	assert_string_equal(json.data, expected);
}

static void trees_become_paths(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *json;
	} cases[] = {
		{"", "{}"},
		{"{}", "{}"},
		{"b: 1\na/x: 2", "{\"a/x\":\"2\",\"b\":\"1\"}"},
		{"a/b: 1\na: {c: {d: 2}}", "{\"a/b\":\"1\",\"a/c/d\":\"2\"}"},
		{"/a/: {/b/: 1}", "{\"a/b\":\"1\"}"},
		/* Scalars keep the text they were written with. */
		{"a: 1.10\nb: 0x10\nc: true\nd: ~\ne: ''\nf: \"x\\ny\"\ng: 007",
		 "{\"a\":\"1.10\",\"b\":\"0x10\",\"c\":\"true\",\"d\":\"\",\"e\":\"\",\"f\":"
		 "\"x\\ny\","
		 "\"g\":\"007\"}"},
		{"a: 1\nA: 2\n\xC3\xA9: 3", "{\"A\":\"2\",\"a\":\"1\",\"\xC3\xA9\":\"3\"}"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		const struct value *keys = flat(&arena, cases[i].yaml, &err);
		expect_no_error(&err);
		expect_json(keys, cases[i].json);
	}
}

static void what_is_no_tree_of_keys_says_where(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *error;
	} cases[] = {
		{"a:\n  b: [1]", "k.yml:2:6: a key's value is text, not a list"},
		{"- a", "k.yml:1:1: keys are a map"},
		{"text", "k.yml:1:1: keys are a map"},
		{"'': 1", "k.yml:1:5: a key is empty"},
		{"a: {/: 1}", "k.yml:1:8: a key is empty"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		assert_null(flat(&arena, cases[i].yaml, &err));
		expect_error(&err, cases[i].error);
	}
}

static const char keys[] = "app: 0\napp/a: 1\napp/b/c: 2\napp/b/d: 3\napplication: 4\nz: 5";

/* What a question is answered with, as JSON; "missing" for a missing key. */
static const struct {
	const char *kind, *name, *json;
} answers[] = {
	{"key", "app/a", "\"1\""},
	{"key", "/app/a", "\"1\""},
	{"key", "app/b", "missing"},
	{"key", "app/A", "missing"},
	{"key", "", "missing"},
	{"keys", "app", "[{\"Path\":\"app/a\",\"Key\":\"a\",\"Value\":\"1\"}]"},
	{"keys", "/app/", "[{\"Path\":\"app/a\",\"Key\":\"a\",\"Value\":\"1\"}]"},
	{"keys", "app/b",
	 "[{\"Path\":\"app/b/c\",\"Key\":\"c\",\"Value\":\"2\"},"
	 "{\"Path\":\"app/b/d\",\"Key\":\"d\",\"Value\":\"3\"}]"},
	{"keys", "app/a", "[]"},
	{"keys", "ap", "[]"},
	{"keys", "",
	 "[{\"Path\":\"app\",\"Key\":\"app\",\"Value\":\"0\"},"
	 "{\"Path\":\"application\",\"Key\":\"application\",\"Value\":\"4\"},"
	 "{\"Path\":\"z\",\"Key\":\"z\",\"Value\":\"5\"}]"},
	{"tree", "app",
	 "[{\"Path\":\"app/a\",\"Key\":\"a\",\"Value\":\"1\"},"
	 "{\"Path\":\"app/b/c\",\"Key\":\"b/c\",\"Value\":\"2\"},"
	 "{\"Path\":\"app/b/d\",\"Key\":\"b/d\",\"Value\":\"3\"}]"},
	{"tree", "none", "[]"},
};

static void questions_are_answered(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	const struct value *map = flat(&arena, keys, &err);
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		struct value *found = NULL;
		assert_int_equal(
			kv_answer(&arena, map, answers[i].kind, answers[i].name, &found, &err), 0);
		if (strcmp(answers[i].json, "missing") == 0)
			assert_null(found);
		else
			expect_json(found, answers[i].json);
	}
	struct value *found = NULL;
	assert_int_equal(kv_answer(&arena, map, "services", "", &found, &err), -1);
	expect_error(&err, "'services' needs a Consul");
}

static void below_is_the_length_before_the_part(void **state)
{
	(void)state;
	assert_int_equal(kv_below("a/b", "a", true), 3);
	assert_int_equal(kv_below("a/b", "a/", true), 3);
	assert_int_equal(kv_below("a/b/c", "a", true), 0);
	assert_int_equal(kv_below("a/b/c", "a", false), 3);
	assert_int_equal(kv_below("ab", "a", false), 0);
	assert_int_equal(kv_below("a", "a", false), 0);
	assert_int_equal(kv_below("a/", "a", false), 0);
	assert_int_equal(kv_below("a/b/", "a", false), 0);
	assert_int_equal(kv_below("a", "", true), 1);
	assert_int_equal(kv_below("", "", false), 0);
}

static void files_are_read_by_their_ending(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	char directory[] = "/tmp/factory-test-XXXXXX";
	assert_non_null(mkdtemp(directory));
	static const struct {
		const char *name, *text, *json, *error;
	} cases[] = {
		{"k.json", "{\"a\":{\"b\":1.5}}", "{\"a/b\":\"1.5\"}", NULL},
		{"k.yml", "a: {b: 1.50}", "{\"a/b\":\"1.50\"}", NULL},
		{"keys", "a: 1", "{\"a\":\"1\"}", NULL},
		{"bad.json", "a: 1", NULL, "bad.json:1:1:"},
		{"bad.yml", "a: [", NULL, "bad.yml:"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		autofree char *path = mem_printf("%s/%s", directory, cases[i].name);
		assert_int_equal(file_replace(path, cases[i].text, strlen(cases[i].text), 0600,
					      (uid_t)-1, (gid_t)-1, &err),
				 0);
		const struct value *map = kv_read(&arena, path, &err);
		if (cases[i].json)
			expect_json(map, cases[i].json);
		else
			expect_error(&err, cases[i].error);
	}
	autofree char *missing = mem_printf("%s/none", directory);
	assert_null(kv_read(&arena, missing, &err));
	expect_error(&err, "No such file");
	assert_int_equal(file_remove_tree(directory, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees_become_paths),
		cmocka_unit_test(what_is_no_tree_of_keys_says_where),
		cmocka_unit_test(questions_are_answered),
		cmocka_unit_test(below_is_the_length_before_the_part),
		cmocka_unit_test(files_are_read_by_their_ending),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
