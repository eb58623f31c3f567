#include "tests/unit/check.h"

#include "common/json.h"
#include "common/own.h"

static struct value *parse(struct arena *arena, const char *text, struct error *err)
{
	return json_parse(arena, "x.json", text, strlen(text), err);
}

/* Reads, writes, and compares with what was read. */
static void same_again(void **state)
{
	static const char *const texts[] = {
		"null",
		"true",
		"false",
		"0",
		"-7",
		"9007199254740991",
		"1.5",
		"-0.25",
		"1e+100",
		"\"\"",
		"\"a\\\"b\\\\c\\n\\t\\u0001\"",
		"\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"",
		"[]",
		"{}",
		"[1,[2,{\"a\":null}],\"x\"]",
		"{\"b\":1,\"a\":{\"c\":[true]}}",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		auto_buf struct buf out = {0};
		struct value *value = parse(&arena, texts[i], &err);
		expect_no_error(&err);
		json_write(&out, value);
		assert_string_equal(out.data, texts[i]);
	}
}

static void errors_have_positions(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "x.json:1:1: the JSON text ends too early"},
		{"{\"a\": 1,\n \"b\": }", "x.json:2:7: this is no JSON"},
		{"[1, 2", "x.json:1:5: this is no JSON (near '2')"},
		{"1 2", "x.json:1:3: this is no JSON (near '2')"},
		{"nul", "x.json:1:1: this is no JSON"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		struct error err = {0};
		assert_null(parse(&arena, cases[i].text, &err));
		expect_error(&err, cases[i].error);
	}
}

static void bad_utf8_is_replaced(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	json_write_string(&out, "a\xFFz\xC3", 4);
	assert_string_equal(out.data, "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\"");
	buf_clear(&out);
	json_write_string(&out, "\xED\xA0\x80", 3); /* a lone surrogate */
	assert_string_equal(out.data, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void pretty(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	auto_buf struct buf out = {0};
	json_write_pretty(&out, parse(&arena, "{\"a\":[1,{}],\"b\":[]}", &err), 2);
	assert_string_equal(out.data, "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_again),
		cmocka_unit_test(errors_have_positions),
		cmocka_unit_test(bad_utf8_is_replaced),
		cmocka_unit_test(pretty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
