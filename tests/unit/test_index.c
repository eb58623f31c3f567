/* Indices of modules: read, refused, ordered, and looked into. */
#include "tests/unit/check.h"

#include "common/own.h"
#include "host/modules/index.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static int parse(struct index *index, struct arena *arena, const char *text, struct error *err)
{
	return index_parse(index, "dir/index.yml", text, strlen(text), arena, err);
}

static void versions(void **state)
{
	(void)state;
	static const char *const ascending[] = {"",         "0.9",
						"1.0-rc1",  "1.0-rc2",
						"1.0-rc10", "1.0",
						"1.0.1",    "1.0.02",
						"1.0.10",   "1.2",
						"1.10",     "2",
						"10",       "99999999999999999999999999",
						"a",        "b"};
	for (size_t i = 0; i < COUNT_OF(ascending); i++)
		for (size_t j = 0; j < COUNT_OF(ascending); j++) {
			int order = index_compare_versions(ascending[i], ascending[j]);
			if ((order > 0) - (order < 0) != (i > j) - (i < j))
				fail_msg("'%s' and '%s': %d", ascending[i], ascending[j], order);
		}
	assert_int_equal(index_compare_versions("1.01", "1.1"), 0);
}

static void found(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct error err = {0};
	struct index index = {0};
	parse(&index, &arena,
	      "- {name: b, version: 1.2, tarball: https://h/b.tar.gz, sha256: " SUM "}\n"
	      "- {name: a, version: 1.9, tarball: a.tar.gz, sha256: " SUM ", path: in}\n"
	      "- {name: b, version: 1.10, git: https://h/r, tag: v1, sha256: " SUM "}\n"
	      "- {name: b, version: 1.10, tarball: /late.tar, sha256: " SUM
	      ", description: second}\n",
	      &err);
	expect_no_error(&err);
	assert_int_equal(index.count, 4);
	const struct index_module *newest = index_find(&index, "b", NULL, &err);
	assert_string_equal(newest->version, "1.10");
	assert_int_equal(newest->source.kind, MODULE_GIT);
	assert_string_equal(newest->source.tag, "v1");
	assert_string_equal(newest->digest, SUM);
	assert_string_equal(newest->description, "");
	const struct index_module *older = index_find(&index, "b", "1.2", &err);
	assert_string_equal(older->source.text, "https://h/b.tar.gz");
	assert_string_equal(older->source.sha256, SUM);
	assert_null(older->digest);
	const struct index_module *beside = index_find(&index, "a", NULL, &err);
	assert_string_equal(beside->source.text, "dir/a.tar.gz");
	assert_string_equal(beside->source.path, "in");
	assert_null(index_find(&index, "b", "7", &err));
	expect_error(&err, "there is no version 7 of the module 'b': there are 1.10 1.10 1.2");
	assert_null(index_find(&index, "nothing", NULL, &err));
	expect_error(&err, "no index has a module 'nothing'");
}

static void refused(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"", "dir/index.yml:1:1: this is no entry of an index of modules: the index must"},
		{"a: b\n", "the index must be a list of maps"},
		{"- x\n", "dir/index.yml:1:3: this is no entry of an index of modules: it must"},
		{"- {name: a, colour: red}\n", "dir/index.yml:1:13: "},
		{"- {name: ../a, version: 1, tarball: x, sha256: " SUM "}\n",
		 "a name is of letters"},
		{"- {version: 1, tarball: x, sha256: " SUM "}\n", "a name is of letters"},
		{"- {name: a, tarball: x, sha256: " SUM "}\n", "it has no version"},
		{"- {name: a, version: [1], tarball: x, sha256: " SUM "}\n", "must be a text"},
		{"- {name: a, version: 1, sha256: " SUM "}\n", "one of `tarball` and `git`"},
		{"- {name: a, version: 1, tarball: x, git: y, sha256: " SUM "}\n",
		 "one of `tarball` and `git`"},
		{"- {name: a, version: 1, tarball: x, tag: y, sha256: " SUM "}\n", "`tag` belongs"},
		{"- {name: a, version: 1, tarball: x}\n", "it needs its `sha256`"},
		{"- {name: a, version: 1, git: x}\n", "it needs its `sha256`"},
		{"- {name: a, version: 1, tarball: x, sha256: abc}\n", "it needs its `sha256`"},
		{"- {name: a, version: 1, description: \"\\e[2J\", tarball: x, sha256: " SUM "}\n",
		 "control characters"},
		{"- {name: a\n", "dir/index.yml:"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		struct error err = {0};
		struct index index = {0};
		assert_int_equal(parse(&index, &arena, cases[i][0], &err), -1);
		expect_error(&err, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
		cmocka_unit_test(found),
		cmocka_unit_test(refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
