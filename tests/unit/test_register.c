#include "tests/unit/check.h"

#include "agent/render/life/register.h"
#include "agent/render/life/register_node.h"
#include "common/json.h"
#include "common/own.h"

static const char *const patterns[] = {"os", "role", "ext*", "net.*.ip", NULL};

static struct value *parse(struct arena *arena, const char *text)
{
	auto_error struct error err = {0};
	struct value *value = json_parse(arena, "test", text, strlen(text), &err);
	assert_non_null(value);
	return value;
}

static void changes(void **state)
{
	(void)state;
	static const struct {
		const char *facts, *keys, *changes;
	} cases[] = {
		{"{}", "[]", "{}"},
		{"{\"os.id\":\"a\"}", "[]", "{\"os.id\":\"a\"}"},
		{"{\"os.id\":\"a\"}", "[{\"Key\":\"os.id\",\"Value\":\"a\"}]", "{}"},
		{"{\"os.id\":\"b\"}", "[{\"Key\":\"os.id\",\"Value\":\"a\"}]", "{\"os.id\":\"b\"}"},
		{"{\"os.id\":\"\"}", "[{\"Key\":\"os.id\",\"Value\":\"\"}]", "{}"},
		/* What is gone, where a pattern fits. */
		{"{}", "[{\"Key\":\"os.id\",\"Value\":\"a\"}]", "{\"os.id\":null}"},
		{"{}", "[{\"Key\":\"role\",\"Value\":\"a\"}]", "{\"role\":null}"},
		{"{}", "[{\"Key\":\"extra\",\"Value\":\"a\"}]", "{\"extra\":null}"},
		{"{}", "[{\"Key\":\"net.eth0.100.ip\",\"Value\":\"a\"}]",
		 "{\"net.eth0.100.ip\":null}"},
		{"{}", "[{\"Key\":\"os.mounts./a/b.size\",\"Value\":\"a\"}]",
		 "{\"os.mounts./a/b.size\":null}"},
		/* What is somebody else's. */
		{"{}", "[{\"Key\":\"osid\",\"Value\":\"a\"},{\"Key\":\"owner\",\"Value\":\"a\"}]",
		 "{}"},
		{"{}", "[{\"Key\":\"h2/os.id\",\"Value\":\"a\"}]", "{}"},
		{"{}", "[{\"Key\":\"extra/os.id\",\"Value\":\"a\"}]", "{}"},
		{"{}", "[{\"Key\":\"net.eth0.mac\",\"Value\":\"a\"}]", "{}"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_buf struct buf text = {0};
		json_write(&text, register_changes(&arena, parse(&arena, cases[i].facts),
						   parse(&arena, cases[i].keys), patterns));
		assert_string_equal(buf_text(&text), cases[i].changes);
	}
}

static void body(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	const struct value *two = parse(&arena, "{\"a\\\"b\":\"text\",\"empty\":\"\",\"c\":null}");
	assert_int_equal(register_body(&text, "p/q", two, 0), 3);
	assert_string_equal(
		buf_text(&text),
		"[{\"KV\":{\"Verb\":\"set\",\"Key\":\"p/q/a\\\"b\",\"Value\":\"dGV4dA==\"}},"
		"{\"KV\":{\"Verb\":\"set\",\"Key\":\"p/q/empty\",\"Value\":\"\"}},"
		"{\"KV\":{\"Verb\":\"delete\",\"Key\":\"p/q/c\"}}]");
}

/* As many as a transaction holds, then the rest. */
static void batches(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct value *many = value_map(&arena);
	size_t sizes[] = {REGISTER_BATCH, REGISTER_BATCH, 2}, first = 0;
	for (int i = 0; i < 2 * REGISTER_BATCH + 2; i++)
		value_set(&arena, many, arena_printf(&arena, "k%d", i), value_string(&arena, "v"));
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		auto_buf struct buf text = {0};
		assert_int_equal(register_body(&text, "p", many, first), sizes[i]);
		const struct value *operations = parse(&arena, buf_text(&text));
		assert_int_equal(operations->list.len, sizes[i]);
		first += sizes[i];
	}
}

static void refused(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"{\"Results\":null,\"Errors\":[{\"OpIndex\":1,\"What\":\"Denied\"}]}",
		 "Consul refuses to change keys below p/: Denied"},
		{"{\"Errors\":[]}", "does not say why"},
		{"{", "does not say why"},
		{"", "does not say why"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		auto_buf struct buf answer = {0};
		buf_puts(&answer, cases[i][0]);
		assert_int_equal(register_refused(&arena, "Consul", "p", &answer, &err), -1);
		expect_error(&err, cases[i][1]);
	}
}

static void nodes(void **state)
{
	(void)state;
	static const struct {
		const char *facts, *there, *body, *error;
	} cases[] = {
		{"{\"networking.ip\":\"192.0.2.1\",\"os.x y\":\"1\"}", "null",
		 "{\"Node\":\"n\",\"Address\":\"192.0.2.1\",\"NodeMeta\":"
		 "{\"networking_ip\":\"192.0.2.1\",\"os_x_y\":\"1\"}}",
		 NULL},
		{"{\"os-id\":\"1\"}",
		 "{\"Node\":{\"ID\":\"\",\"Address\":\"192.0.2.7\",\"Meta\":null}}",
		 "{\"Node\":\"n\",\"Address\":\"192.0.2.7\",\"NodeMeta\":{\"os-id\":\"1\"}}", NULL},
		{"{\"os-id\":\"1\"}",
		 "{\"Node\":{\"Address\":\"192.0.2.7\",\"Meta\":{\"os-id\":\"1\"}}}", "", NULL},
		{"{\"os-id\":\"1\"}", "null", "", "has no address"},
		{"{\"os-id\":\"1\"}", "{\"Node\":{\"ID\":\"7d\",\"Address\":\"192.0.2.7\"}}", "",
		 "an agent of Consul's"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		auto_buf struct buf body = {0};
		int status = register_node(&arena, &body, "n", parse(&arena, cases[i].facts),
					   parse(&arena, cases[i].there), &err);
		assert_int_equal(status, cases[i].error ? -1 : 0);
		assert_string_equal(buf_text(&body), cases[i].body);
		if (cases[i].error)
			expect_error(&err, cases[i].error);
	}
}

/* Consul takes 64 pairs, of 512 bytes each. */
static void node_limits(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	auto_buf struct buf body = {0};
	struct value *facts = parse(&arena, "{\"networking.ip\":\"192.0.2.1\"}");
	value_set(&arena, facts, "long", value_string(&arena, arena_printf(&arena, "%513d", 1)));
	assert_int_equal(register_node(&arena, &body, "n", facts, NULL, &err), 0);
	assert_null(strstr(buf_text(&body), "long"));
	for (int i = 0; i < 64; i++)
		value_set(&arena, facts, arena_printf(&arena, "f%d", i), value_string(&arena, "v"));
	assert_int_equal(register_node(&arena, &body, "n", facts, NULL, &err), -1);
	expect_error(&err, "a node takes 64 facts, not 65");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes), cmocka_unit_test(body),  cmocka_unit_test(batches),
		cmocka_unit_test(refused), cmocka_unit_test(nodes), cmocka_unit_test(node_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
