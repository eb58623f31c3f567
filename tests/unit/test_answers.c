/* Answers as JSON: what agents with the same templates share, and what recordings hold. */
#include "tests/unit/check.h"

#include "agent/source/answers.h"
#include "common/own.h"

#include <string.h>

enum { PLENTY = 1 << 20 };

static const char *const near[] = {"near=x", "passing=1", NULL};
static const struct want key = {.kind = "key", .name = "a\"b/\xc3\xa9"};
static const struct want elsewhere = {.kind = "key", .name = "a\"b/\xc3\xa9", .datacenter = "dc2"};
static const struct want service = {.kind = "service", .name = "web", .args = near};

static const struct value *read_again(struct arena *arena, const struct buf *text)
{
	auto_error struct error err = {0};
	const struct value *sorted = answers_read(arena, "data", text->data, text->len, &err);
	expect_no_error(&err);
	assert_non_null(sorted);
	return sorted;
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct value *answers = value_list(&arena), *pairs = value_list(&arena);
	value_append(&arena, pairs, value_string(&arena, "x\ny\"<&>"));
	answers_add(&arena, answers, &key, value_string(&arena, "one"), 17);
	answers_add(&arena, answers, &elsewhere, NULL, 0);
	answers_add(&arena, answers, &service, pairs, (uint64_t)1 << 40);
	assert_true(answers_write(&text, answers, PLENTY));
	const struct value *sorted = read_again(&arena, &text);
	const struct value *entry = answers_find(sorted, &key);
	assert_string_equal(value_text(answers_value(entry)), "one");
	assert_int_equal(answers_consul_index(entry), 17);
	entry = answers_find(sorted, &elsewhere);
	assert_non_null(entry);
	assert_null(answers_value(entry));
	assert_int_equal(answers_consul_index(entry), 0);
	entry = answers_find(sorted, &service);
	assert_true(value_equal(answers_value(entry), pairs));
	assert_int_equal(answers_consul_index(entry), (uint64_t)1 << 40);
}

static void other_wants_are_not_found(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct value *answers = value_list(&arena);
	const struct want others[] = {
		{.kind = "tree", .name = key.name},
		{.kind = "key", .name = "a"},
		{.kind = "key", .name = key.name, .datacenter = "dc1"},
		{.kind = "key", .name = key.name, .args = near},
		{.kind = "service", .name = "web"},
		{.kind = "service", .name = "web", .args = near + 1},
	};
	answers_add(&arena, answers, &key, value_string(&arena, "one"), 17);
	answers_add(&arena, answers, &service, value_string(&arena, "two"), 17);
	assert_true(answers_write(&text, answers, PLENTY));
	const struct value *sorted = read_again(&arena, &text);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_null(answers_find(sorted, &others[i]));
}

/* A follower must not get another value than the leader has: better none. */
static void what_json_cannot_hold_is_left_out(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct value *answers = value_list(&arena);
	answers_add(&arena, answers, &key, value_stringn(&arena, "\xff\xfe", 2), 1);
	answers_add(&arena, answers, &elsewhere, value_stringn(&arena, "a\0b", 3), 1);
	answers_add(&arena, answers, &service, value_string(&arena, "fine"), 1);
	assert_true(answers_write(&text, answers, PLENTY));
	const struct value *sorted = read_again(&arena, &text);
	const struct value *nul = answers_find(sorted, &elsewhere);
	assert_null(answers_find(sorted, &key));
	if (nul)
		assert_true(value_equal(answers_value(nul), value_stringn(&arena, "a\0b", 3)));
	assert_non_null(answers_find(sorted, &service));
}

static void a_long_document_becomes_an_empty_one(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0}, same = {0};
	struct value *answers = value_list(&arena);
	answers_add(&arena, answers, &key, value_string(&arena, "one"), 1);
	assert_true(answers_write(&same, answers, PLENTY));
	assert_true(answers_write(&text, answers, same.len));
	buf_clear(&text);
	assert_false(answers_write(&text, answers, same.len - 1));
	assert_null(answers_find(read_again(&arena, &text), &key));
}

static void what_is_no_such_document_is_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "data"},
		{"{\"factory_values\":1,\"answers\":[", "data:1:"},
		{"[]", "no values that factory wrote"},
		{"{\"answers\":[]}", "no values that factory wrote"},
		{"{\"factory_values\":\"1\",\"answers\":[]}", "no values that factory wrote"},
		{"{\"factory_values\":1}", "no values that factory wrote"},
		{"{\"factory_values\":1,\"answers\":{}}", "no values that factory wrote"},
		{"{\"factory_values\":1,\"answers\":[1]}", "needs a kind and a name"},
		{"{\"factory_values\":1,\"answers\":[{\"kind\":1,\"name\":\"a\"}]}",
		 "needs a kind and a name"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		assert_null(
			answers_read(&arena, "data", cases[i].text, strlen(cases[i].text), &err));
		expect_error(&err, cases[i].error);
	}
}

/* Another version may write more; an index may be anything. */
static void odd_entries_do_no_harm(void **state)
{
	(void)state;
	static const char text[] =
		"{\"factory_values\":1,\"more\":2,\"answers\":["
		"{\"kind\":\"key\",\"name\":\"a\",\"index\":-1},"
		"{\"kind\":\"key\",\"name\":\"b\",\"index\":\"7\",\"value\":\"x\"},"
		"{\"kind\":\"key\",\"name\":\"c\",\"args\":{\"a\":[]},\"value\":\"y\"}]}";
	auto_arena struct arena arena = {0};
	const struct want a = {.kind = "key", .name = "a"}, b = {.kind = "key", .name = "b"},
			  c = {.kind = "key", .name = "c"};
	const struct buf buf = {.data = (char *)text, .len = sizeof text - 1};
	const struct value *sorted = read_again(&arena, &buf);
	assert_null(answers_value(answers_find(sorted, &a)));
	assert_int_equal(answers_consul_index(answers_find(sorted, &a)), 0);
	assert_int_equal(answers_consul_index(answers_find(sorted, &b)), 0);
	assert_string_equal(value_text(answers_value(answers_find(sorted, &b))), "x");
	assert_null(answers_find(sorted, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(other_wants_are_not_found),
		cmocka_unit_test(what_json_cannot_hold_is_left_out),
		cmocka_unit_test(a_long_document_becomes_an_empty_one),
		cmocka_unit_test(what_is_no_such_document_is_an_error),
		cmocka_unit_test(odd_entries_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
