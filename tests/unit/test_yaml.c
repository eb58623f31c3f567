#include "tests/unit/check.h"

#include "common/json.h"
#include "common/own.h"
#include "common/buffer.h"
#include "common/yaml.h"

static struct value *parse(struct arena *arena, const char *text, struct error *err)
{
	return yaml_parse(arena, "m.yml", text, strlen(text), err);
}

static void becomes(void **state)
{
	static const struct {
		const char *yaml, *json;
	} cases[] = {
		{"", "null"},
		{"# only a comment\n", "null"},
		{"a: 1\nb: [x, 'y', \"z\"]\n", "{\"a\":1,\"b\":[\"x\",\"y\",\"z\"]}"},
		{"[null, ~, Null, '']", "[null,null,null,\"\"]"},
		{"[true, False, yes, on]", "[true,false,\"yes\",\"on\"]"},
		{"[0x1F, 0o17, -12, +3, 1_000]", "[31,15,-12,3,\"1_000\"]"},
		{"[1.5, .5, 1e3, 1., 1.2.3, e3]", "[1.5,0.5,1000.0,1.0,\"1.2.3\",\"e3\"]"},
		{"[99999999999999999999]", "[1e+20]"},
		{"['12', \"true\", !!str 5]", "[\"12\",\"true\",\"5\"]"},
		{"a: |\n  x\n  y\nb: >\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\\n\"}"},
		{"a: &x {k: 1}\nb: *x\n", "{\"a\":{\"k\":1},\"b\":{\"k\":1}}"},
		{"d: &d {k: 1, l: 2}\na:\n  <<: *d\n  k: 3\n",
		 "{\"d\":{\"k\":1,\"l\":2},\"a\":{\"k\":3,\"l\":2}}"},
		{"<<: [{a: 1}, {a: 2, b: 3}]", "{\"a\":1,\"b\":3}"},
		{"1: x\ntrue: y", "{\"1\":\"x\",\"true\":\"y\"}"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		auto_buf struct buf out = {0};
		struct value *value = parse(&arena, cases[i].yaml, &err);
		expect_no_error(&err);
		json_write(&out, value);
		assert_string_equal(out.data, cases[i].json);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *yaml, *error;
	} cases[] = {
		{"a: [1, 2\nb: 3\n", "m.yml:2:"},
		{"a: 1\na: 2\n", "m.yml:2:1: YAML: the key 'a' is there twice"},
		{"a: *nowhere\n", "m.yml:1:4: YAML: there is no anchor '&nowhere' before this"},
		{"a: &x [*x]\n", "there is no anchor '&x' before this"},
		{"a: 1\n---\nb: 2\n", "m.yml:2:1: YAML: a second document begins"},
		{"? [a]\n: b\n", "m.yml:1:3: YAML: a key must be a plain word or a string"},
		{"<<: 5\n", "'<<' takes a map"},
		{"a:\n\t- b\n", "m.yml:2:1: YAML: "},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		struct error err = {0};
		assert_null(parse(&arena, cases[i].yaml, &err));
		expect_error(&err, cases[i].error);
	}
}

static void keeps_positions_and_text(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct value *root = parse(&arena, "python: 3.10\nsteps:\n  - one\n", &err);
	expect_no_error(&err);
	assert_string_equal(value_get(root, "python")->source, "3.10");
	struct value *step = value_path(root, "steps.0");
	assert_int_equal(step->line, 3);
	assert_int_equal(step->column, 5);
	assert_int_equal(root->map.entries[1].line, 2);
	assert_int_equal(root->map.entries[1].column, 1);
}

static void deep_nesting_is_refused(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct error err = {0};
	char text[501] = {0};
	memset(text, '[', 500);
	assert_null(parse(&arena, text, &err));
	expect_error(&err, "nested too deeply");
}

/* Each line ten times the one before it. */
static void aliases_that_explode(void **state)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0}, deep = {0};
	auto_error struct error err = {0};
	(void)state;
	buf_puts(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 30; i++) {
		buf_printf(&text, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			buf_printf(&text, "*a%d, ", i - 1);
		buf_puts(&text, "]\n");
	}
	assert_null(yaml_parse(&arena, "f", text.data, text.len, &err));
	expect_error(&err, "f:6:");
	buf_puts(&deep, "a0: &a0 [x]\n");
	for (int i = 1; i < 500; i++)
		buf_printf(&deep, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	assert_null(yaml_parse(&arena, "f", deep.data, deep.len, &err));
	expect_error(&err, "once this alias is expanded");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aliases_that_explode),
		cmocka_unit_test(becomes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(keeps_positions_and_text),
		cmocka_unit_test(deep_nesting_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
