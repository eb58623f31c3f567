#include "tests/unit/check.h"

#include "agent/render/config/hcl.h"
#include "common/file.h"
#include "common/json.h"
#include "common/own.h"

static const struct value *parse(struct arena *arena, const char *text, struct error *err)
{
	return hcl_parse(arena, "f.hcl", text, strlen(text), err);
}

/* Each text, and the JSON of what it means. */
static const struct {
	const char *text, *json;
} cases[] = {
	{"", "{}"},
	{"# a\n// b\n/* c\n * d */ x = 1 # e", "{\"x\":1}"},
	{"a = \"x\"\nb=true c = false", "{\"a\":\"x\",\"b\":true,\"c\":false}"},
	{"n = [0640, -3, 0x1F, 2.5, 1e3]", "{\"n\":[416,-3,31,2.5,1000.0]}"},
	{"l = [\"a\", [\"b\"], {c = 1},\n# last\n]", "{\"l\":[\"a\",[\"b\"],{\"c\":1}]}"},
	{"a : \"json-like\", b : 2", "{\"a\":\"json-like\",\"b\":2}"},
	{"\"quoted key\" = 1\nwith-dash.and_dot = 2", "{\"quoted key\":1,\"with-dash.and_dot\":2}"},
	/* blocks */
	{"t { a = 1 }", "{\"t\":[{\"a\":1}]}"},
	{"t { a = 1 }\nt { a = 2 }\nt = { a = 3 }", "{\"t\":[{\"a\":1},{\"a\":2},{\"a\":3}]}"},
	{"t \"x\" \"y\" { a = 1 }", "{\"t\":[{\"x\":{\"y\":{\"a\":1}}}]}"},
	{"t \"x\" y {}", "{\"t\":[{\"x\":{\"y\":{}}}]}"},
	{"t x y {}", "{\"t\":[{\"x\":{\"y\":{}}}]}"},
	{"o { i { k = [] } }", "{\"o\":[{\"i\":[{\"k\":[]}]}]}"},
	/* strings */
	{"s = \"tab\\t nl\\n q\\\" b\\\\\"", "{\"s\":\"tab\\t nl\\n q\\\" b\\\\\"}"},
	{"s = \"\\x41\\101\\u00e9\\U0001F600\"", "{\"s\":\"AA\xC3\xA9\xF0\x9F\x98\x80\"}"},
	{"s = \"${a(\"x\", \"${b}\")} \\\\\"", "{\"s\":\"${a(\\\"x\\\", \\\"${b}\\\")} \\\\\"}"},
	{"s = \"${ {\"a\"} }\" t = \"$\"", "{\"s\":\"${ {\\\"a\\\"} }\",\"t\":\"$\"}"},
	{"s = \"{{ key \\\"a\\\" }}\"", "{\"s\":\"{{ key \\\"a\\\" }}\"}"},
	{"s = \"\xC3\xA9\"", "{\"s\":\"\xC3\xA9\"}"},
	/* heredocs */
	{"h = <<EOF\n  a\n b \\n\"${x\nEOF\nn = 1", "{\"h\":\"  a\\n b \\\\n\\\"${x\\n\",\"n\":1}"},
	{"h = <<EOF\na\n  EOF", "{\"h\":\"a\\n\"}"},
	{"h = <<EOF\nEOF", "{\"h\":\"\"}"},
	{"h = <<EOF\nEOFX\nx EOF\nEOF", "{\"h\":\"EOFX\\nx EOF\\n\"}"},
	{"h = <<-EOF\n\t\ta\n\t\t  b\n\t\tEOF\n", "{\"h\":\"a\\n  b\\n\"}"},
	/* HCL 1: the closing word says how much, and one line with less keeps all as they are. */
	{"h = <<-EOF\n    a\n  EOF\n", "{\"h\":\"  a\\n\"}"},
	{"h = <<-EOF\n    a\n b\n  EOF\n", "{\"h\":\"    a\\n b\\n\"}"},
	{"h = <<EOF\r\na\r\nEOF\r\nx = 1\r\n", "{\"h\":\"a\\r\\n\",\"x\":1}"},
};

static void texts_become_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		auto_buf struct buf json = {0};
		const struct value *map = parse(&arena, cases[i].text, &err);
		if (!map)
			fail_msg("%s\n%s", cases[i].text, err.message);
		json_write(&json, map);
		assert_string_equal(json.data, cases[i].json);
	}
}

static const struct {
	const char *text, *error;
} errors[] = {
	{"a", "f.hcl:1:2: expected '=' or '{', found the end of the file"},
	{"a =", "f.hcl:1:4: expected a value, found the end of the file"},
	{"a = b", "f.hcl:1:5: 'b' is no value: strings stand in quotes"},
	{"a = truely", "f.hcl:1:5: 'truely' is no value"},
	{"a = ?", "f.hcl:1:5: expected a value, found '?'"},
	{"= 1", "f.hcl:1:1: expected a name, found '='"},
	{"x = 1\n}", "f.hcl:2:1: expected a name, found '}'"},
	{"a {\n  b = 1\n", "f.hcl:3:1: expected '}', found the end of the file"},
	{"a \"b\" = 1", "f.hcl:1:7: expected '{', found '='"},
	{"a \"1\" \"2\" \"3\" \"4\" \"5\" \"6\" \"7\" \"8\" \"9\" {}", "f.hcl:1:35: expected '{'"},
	{"a = [1 2]", "f.hcl:1:8: expected ',' or ']', found '2'"},
	{"a = [1", "f.hcl:1:7: expected ',' or ']', found the end"},
	{"a = \"x\n\"", "f.hcl:1:5: this string does not end"},
	{"a = \"x", "f.hcl:1:5: this string does not end"},
	{"a = \"${x\"", "f.hcl:1:5: this string does not end"},
	{"a = \"\\d\"", "f.hcl:1:6: unknown escape"},
	{"a = \"\xC3\xA9\\u12\"", "f.hcl:1:7: unknown escape"},
	{"a = \"\\ud800\"", "f.hcl:1:6: unknown escape"},
	{"a = \"\\U00110000\"", "f.hcl:1:6: unknown escape"},
	{"a = \"\\777\"", "f.hcl:1:6: unknown escape"},
	{"a = \"\\x-1\"", "f.hcl:1:6: unknown escape"},
	{"a = \"\\", "f.hcl:1:6: unknown escape"},
	{"a = <<EOF\nx\n", "f.hcl:1:5: this heredoc does not end: no line is 'EOF'"},
	{"a = <<\nx\n", "f.hcl:1:5: a heredoc needs a word"},
	{"a = 1x", "f.hcl:1:5: '1x' is no number"},
	{"a = -", "f.hcl:1:5: '-' is no number"},
	{"a = 0888", "f.hcl:1:5: '0888' is no number"},
	{"a = 0x1.8", "f.hcl:1:5: '0x1.8' is no number"},
	{"a = -inf", "f.hcl:1:5: '-inf' is no number"},
	{"a = 99999999999999999999", "f.hcl:1:5: '99999999999999999999' is no number"},
	{"/* x", "f.hcl:1:1: this comment has no '*/'"},
	{"/*/", "f.hcl:1:1: this comment has no '*/'"},
	{"t z = 1", "f.hcl:1:5: expected '{', found '='"},
	{"a = 1\na = 2", "f.hcl:2:1: 'a' is there twice"},
	{"a = 1\na {}", "f.hcl:2:1: 'a' is both a value and a block"},
};

static void errors_have_positions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(errors); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		if (parse(&arena, errors[i].text, &err))
			fail_msg("no error for %s", errors[i].text);
		expect_error(&err, errors[i].error);
	}
}

static void nesting_is_bounded(void **state)
{
	(void)state;
	static const char *const openings[] = {"[", "{a=", "{a "};
	for (size_t i = 0; i < COUNT_OF(openings); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		auto_buf struct buf text = {0};
		buf_puts(&text, "x = ");
		for (unsigned n = 0; n < 100000; n++)
			buf_puts(&text, openings[i]);
		assert_null(parse(&arena, text.data, &err));
		expect_error(&err, "nested too deeply");
	}
}

static void values_and_keys_know_where_they_were(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	const struct value *map = parse(&arena, "\n t {\n   perms = 0640\n }", &err);
	expect_no_error(&err);
	assert_int_equal(map->map.entries[0].line, 2);
	assert_int_equal(map->map.entries[0].column, 2);
	const struct value *block = value_get(map, "t")->list.items[0];
	assert_int_equal(block->line, 2);
	assert_int_equal(block->column, 4);
	const struct value_entry *perms = &block->map.entries[0];
	assert_int_equal(perms->line, 3);
	assert_int_equal(perms->column, 4);
	assert_int_equal(perms->value->column, 12);
	assert_string_equal(perms->value->source, "0640");
}

/* Reads the texts of a JSON list, and prints what came of each, null for an error: what
 * tests/fuzz/hcl_grammar.py compares. */
static int read_texts(const char *path)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0}, report = {0};
	auto_error struct error err = {0};
	const struct value *texts = NULL;
	if (file_read(path, 0, &text, &err) == 0)
		texts = json_parse(&arena, path, text.data, text.len, &err);
	struct value *results = value_list(&arena);
	for (size_t i = 0; texts && i < texts->list.len; i++) {
		auto_error struct error refused = {0};
		const struct value *one = texts->list.items[i];
		struct value *read =
			hcl_parse(&arena, "f.hcl", one->string.data, one->string.len, &refused);
		value_append(&arena, results, read ? read : value_null(&arena));
	}
	json_write(&report, results);
	puts(buf_text(&report));
	return texts ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return read_texts(argv[1]);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_become_values),
		cmocka_unit_test(errors_have_positions),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(values_and_keys_know_where_they_were),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
