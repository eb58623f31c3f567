#include "tests/unit/check.h"

#include "common/consul.h"
#include "common/file.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"

/* --- what is asked --- */

static void paths(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *name, *datacenter, *path;
	} cases[] = {
		{"key", "a/b", NULL, "/v1/kv/a/b"},
		{"key", "/a/b", "", "/v1/kv/a/b"},
		{"key", "a b?c#d%e&f", "dc 1", "/v1/kv/a%20b%3Fc%23d%25e%26f?dc=dc%201"},
		{"key", "a/../b", NULL, "/v1/kv/a/../b"},
		{"keys", "a", NULL, "/v1/kv/a/?recurse"},
		{"keys", "a/", "dc1", "/v1/kv/a/?recurse&dc=dc1"},
		{"tree", "/a/b", NULL, "/v1/kv/a/b/?recurse"},
		{"tree", "", NULL, "/v1/kv/?recurse"},
		{"names", "a/", "dc1", "/v1/kv/a/?keys&dc=dc1"},
		{"services", "", "dc1", "/v1/catalog/services?dc=dc1"},
		{"service", "web/x", NULL, "/v1/health/service/web%2Fx"},
		{"nodes", "", NULL, "/v1/catalog/nodes"},
		{"node", "n 1", NULL, "/v1/catalog/node/n%201"},
		{"datacenters", "", NULL, "/v1/catalog/datacenters"},
		{"connect", "web", "dc1", "/v1/health/connect/web?dc=dc1"},
		{"caRoots", "", NULL, "/v1/agent/connect/ca/roots"},
		{"caLeaf", "a/b", NULL, "/v1/agent/connect/ca/leaf/a%2Fb"},
		{"partitions", "", NULL, "/v1/partitions"},
		{"peerings", "", NULL, "/v1/peerings"},
		{"exportedServices", "", NULL, "/v1/exported-services"},
		{"importedServices", "", NULL, "/v1/imported-services"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_error struct error err = {0};
		auto_buf struct buf path = {0};
		const struct want want = {.kind = cases[i].kind,
					  .name = cases[i].name,
					  .datacenter = cases[i].datacenter};
		assert_int_equal(consul_path(&path, &want, &err), 0);
		assert_string_equal(path.data, cases[i].path);
	}
	auto_error struct error err = {0};
	auto_buf struct buf path = {0};
	assert_int_equal(consul_path(&path, &(struct want){.kind = "magic", .name = "x"}, &err),
			 -1);
	expect_error(&err, "'magic'");
}

static void arguments(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	auto_buf struct buf path = {0};
	const char *const args[] = {"near=a b", "passing=1", "stale", NULL};
	const struct want want = {"service", "web", "dc1", args};
	assert_int_equal(consul_path(&path, &want, &err), 0);
	assert_string_equal(path.data, "/v1/health/service/web?near=a%20b&passing=1&stale&dc=dc1");
}

/* --- where it is --- */

static int forget_environment(void **state)
{
	(void)state;
	static const char *const names[] = {"ADDR", "TOKEN", "TOKEN_FILE", "SSL", "SSL_VERIFY"};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		autofree char *name = mem_printf("CONSUL_HTTP_%s", names[i]);
		unsetenv(name);
	}
	return unsetenv("CONSUL_CACERT");
}

static void addresses(void **state)
{
	(void)state;
	static const struct {
		const char *given, *environment, *tls, *base, *socket, *name;
	} cases[] = {
		{NULL, NULL, NULL, "http://127.0.0.1:8500", NULL, "Consul at 127.0.0.1:8500"},
		{NULL, "h:1", NULL, "http://h:1", NULL, "Consul at h:1"},
		{"g:2", "h:1", NULL, "http://g:2", NULL, "Consul at g:2"},
		{"g:2", NULL, "true", "https://g:2", NULL, "Consul at g:2"},
		{"g:2", NULL, "false", "http://g:2", NULL, "Consul at g:2"},
		{"http://g:2/", NULL, "true", "http://g:2", NULL, "Consul at http://g:2/"},
		{"https://g", NULL, NULL, "https://g", NULL, "Consul at https://g"},
		{"unix:///run/c", NULL, NULL, "http://consul", "/run/c", "Consul at unix:///run/c"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_error struct error err = {0};
		struct consul_target target = {0};
		struct http_server server;
		forget_environment(NULL);
		if (cases[i].environment)
			setenv("CONSUL_HTTP_ADDR", cases[i].environment, 1);
		if (cases[i].tls)
			setenv("CONSUL_HTTP_SSL", cases[i].tls, 1);
		assert_int_equal(consul_target_from(&target, cases[i].given, NULL, &err), 0);
		consul_server(&target, &server);
		assert_string_equal(server.base, cases[i].base);
		assert_string_equal(server.name, cases[i].name);
		assert_int_equal(!server.unix_socket, !cases[i].socket);
		if (cases[i].socket)
			assert_string_equal(server.unix_socket, cases[i].socket);
		assert_null(target.token);
		assert_false(server.insecure);
		consul_target_free(&target);
	}
}

static void tokens_and_certificates(void **state)
{
	(void)state;
	struct error err = {0};
	struct consul_target target = {0};
	char file[] = "/tmp/factory-test-XXXXXX";
	close(mkstemp(file));
	assert_int_equal(file_replace(file, "of-file\nx", 9, 0600, (uid_t)-1, (gid_t)-1, &err), 0);
	setenv("CONSUL_HTTP_TOKEN_FILE", file, 1);
	setenv("CONSUL_HTTP_SSL_VERIFY", "false", 1);
	setenv("CONSUL_CACERT", "/ca.pem", 1);
	assert_int_equal(consul_target_from(&target, NULL, NULL, &err), 0);
	assert_string_equal(target.token, "of-file");
	assert_string_equal(target.ca_file, "/ca.pem");
	assert_true(target.insecure);
	consul_target_free(&target);
	setenv("CONSUL_HTTP_TOKEN", "of-environment", 1);
	assert_int_equal(consul_target_from(&target, NULL, NULL, &err), 0);
	assert_string_equal(target.token, "of-environment");
	consul_target_free(&target);
	assert_int_equal(consul_target_from(&target, NULL, "given", &err), 0);
	assert_string_equal(target.token, "given");
	consul_target_free(&target);
	unlink(file);
	unsetenv("CONSUL_HTTP_TOKEN");
	assert_int_equal(consul_target_from(&target, NULL, NULL, &err), -1);
	expect_error(&err, "CONSUL_HTTP_TOKEN_FILE: can't open");
	consul_target_free(&target);
}

/* --- what the reply means --- */

static const struct consul_target target = {.name = (char *)"Consul at c:1"};

static int answer(struct arena *arena, const char *kind, const char *name, long status,
		  const char *body, struct value **found, struct error *err)
{
	struct http_response response = {.status = status};
	buf_puts(&response.body, body);
	int got = consul_answer(arena, &target, kind, name, &response, found, err);
	buf_free(&response.body);
	return got;
}

#define PAIR(key, value) "{\"LockIndex\":0,\"Key\":\"" key "\",\"Flags\":0,\"Value\":" value "}"

static const struct {
	const char *kind, *name;
	long status;
	const char *body, *json;
} answers[] = {
	{"key", "a", 200, "[" PAIR("a", "\"eA==\"") "]", "\"x\""},
	{"key", "a", 200, "[" PAIR("a", "\"eHk=\"") "]\n", "\"xy\""},
	{"key", "a", 200, " [ " PAIR("a", "\"eHl6\"") " ] ", "\"xyz\""},
	{"key", "a", 200, "[" PAIR("a", "\"4oKs8J+YgA==\"") "]",
	 "\"\xE2\x82\xAC\xF0\x9F\x98\x80\""},
	{"key", "a", 200, "[" PAIR("a", "null") "]", "\"\""},
	{"key", "a", 200, "[" PAIR("a", "\"\"") "]", "\"\""},
	{"key", "a", 200,
	 "[" PAIR("a", "\"MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6Pz4/\"") "]",
	 "\"0123456789abcdefghijklmnopqrstuvwxyz?>?\""},
	/* What other versions add: before, behind, nested. */
	{"key", "a", 200,
	 "[{\"New\":{\"x\":[1,\"]}\\\"\",{}]},\"Value\":\"eA==\",\"On\":true,\"Key\":\"a\","
	 "\"Session\":\"s\"}]",
	 "\"x\""},
	{"key", "a", 404, "", "missing"},
	{"keys", "a", 404, "", "[]"},
	{"tree", "a", 404, "", "[]"},
	{"tree", "a", 200, "[]", "[]"},
	{"tree", "a", 200,
	 "[" PAIR("a/", "null") "," PAIR("a/b", "\"eA==\"") "," PAIR("a/c/", "null") "," PAIR(
		 "a/c/d", "\"eQ==\"") "]",
	 "[{\"Path\":\"a/b\",\"Key\":\"b\",\"Value\":\"x\"},"
	 "{\"Path\":\"a/c/d\",\"Key\":\"c/d\",\"Value\":\"y\"}]"},
	{"keys", "/a", 200, "[" PAIR("a/b", "\"eA==\"") "," PAIR("a/c/d", "\"eQ==\"") "]",
	 "[{\"Path\":\"a/b\",\"Key\":\"b\",\"Value\":\"x\"}]"},
	{"tree", "", 200, "[" PAIR("q\\\"\\u00e9\\u0026\\ud83d\\ude00", "null") "]",
	 "[{\"Path\":\"q\\\"\xC3\xA9&\xF0\x9F\x98\x80\","
	 "\"Key\":\"q\\\"\xC3\xA9&\xF0\x9F\x98\x80\",\"Value\":\"\"}]"},
	{"services", "", 200, "{\"web\":[\"v1\"]}", "{\"web\":[\"v1\"]}"},
	{"datacenters", "", 200, "[\"dc1\"]", "[\"dc1\"]"},
};

static void replies_become_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		auto_buf struct buf json = {0};
		struct value *found = NULL;
		int got = answer(&arena, answers[i].kind, answers[i].name, answers[i].status,
				 answers[i].body, &found, &err);
		expect_no_error(&err);
		assert_int_equal(got, 0);
		if (found)
			json_write(&json, found);
		assert_string_equal(found ? json.data : "missing", answers[i].json);
	}
}

static void values_may_hold_any_bytes(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct value *found = NULL;
	static const char bytes[] = "\0\xFF\xFE/\0";
	assert_int_equal(
		answer(&arena, "key", "a", 200, "[" PAIR("a", "\"AP/+LwA=\"") "]", &found, &err),
		0);
	assert_int_equal(found->string.len, 5);
	assert_memory_equal(found->string.data, bytes, 6);
}

static const struct {
	const char *kind;
	long status;
	const char *body, *error;
} errors[] = {
	{"key", 403, "Permission denied\nx",
	 "Consul at c:1 refuses this token (403: Permission denied)"},
	{"tree", 500, "No path to datacenter",
	 "Consul at c:1 answered with status 500: No path to"},
	{"services", 404, "no", "Consul at c:1 answered with status 404"},
	{"partitions", 404, "", "Consul at c:1: this Consul doesn't know partitions: Consul Enter"},
	{"peerings", 404, "Invalid URL path: not a recognized HTTP API endpoint",
	 "this Consul doesn't know peerings: Consul 1.13 does"},
	{"importedServices", 404, "", "doesn't know importedServices"},
	{"caRoots", 500, "Connect must be enabled in order to use this endpoint",
	 "answered with status 500: Connect must be enabled"},
	{"caLeaf", 403, "Permission denied", "CONSUL_HTTP_TOKEN must allow reading"},
	{"services", 200, "<html>", "Consul at c:1:1:1: this is no JSON"},
	{"key", 200, "<html>", "is something else listening there?"},
	{"key", 200, "", "no list of keys"},
	{"key", 200, "[", "no list of keys"},
	{"key", 200, "[{", "no list of keys"},
	{"key", 200, "[{}]", "no list of keys"},
	{"key", 200, "[{\"Key\":\"a\"", "no list of keys"},
	{"key", 200, "[{\"Key\":\"a\\", "no list of keys"},
	{"key", 200, "[{\"Key\":\"\\u12\"}]", "no list of keys"},
	{"key", 200, "[{\"Key\":1}]", "no list of keys"},
	{"tree", 200, "{}", "no list of keys"},
	{"tree", 200, "[] x", "no list of keys"},
	{"tree", 200, "[" PAIR("a/b", "\"eA==\"") "] x", "no list of keys"},
	{"tree", 200, "[" PAIR("a/b", "\"eA==\"") PAIR("a/c", "null") "]", "no list of keys"},
	{"tree", 200,
	 "[" PAIR("a/b", "\"eA==\"") ","
				     "]",
	 "no list of keys"},
	{"tree", 200, "[" PAIR("a/0123456789\x1F", "null") "]", "no list of keys"},
	{"tree", 200, "[" PAIR("a/0123456789\\\x01", "null") "]", "no list of keys"},
	{"tree", 200, "[" PAIR("a/b", "\"eA=\"") "]", "no list of keys"},
	{"tree", 200, "[" PAIR("a/b", "\"e===\"") "]", "no list of keys"},
	{"tree", 200, "[" PAIR("a/b", "\"====\"") "]", "no list of keys"},
	{"tree", 200, "[" PAIR("a/b", "\"=\"") "]", "no list of keys"},
	{"tree", 200, "[" PAIR("a/b", "\"e-A_\"") "]", "no list of keys"},
	{"tree", 200, "[" PAIR("a/b", "\"eA==eA==\"") "]", "no list of keys"},
};

static void broken_replies_are_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(errors); i++) {
		auto_arena struct arena arena = {0};
		auto_error struct error err = {0};
		struct value *found = NULL;
		if (answer(&arena, errors[i].kind, "a", errors[i].status, errors[i].body, &found,
			   &err) == 0)
			fail_msg("no error for %s", errors[i].body);
		assert_int_equal(err.exit_code, 8);
		expect_error(&err, errors[i].error);
	}
}

static void no_reply_says_what_to_do(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct value *found = NULL;
	struct http_response response = {.failed = true};
	error_set(&response.error, "can't reach Consul at c:1");
	assert_int_equal(consul_answer(&arena, &target, "key", "a", &response, &found, &err), -1);
	assert_int_equal(err.exit_code, 8);
	expect_error(&err, "can't reach Consul at c:1: start it, or name another");
	error_clear(&response.error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(arguments),
		cmocka_unit_test_setup(addresses, forget_environment),
		cmocka_unit_test_setup_teardown(tokens_and_certificates, forget_environment,
						forget_environment),
		cmocka_unit_test(replies_become_answers),
		cmocka_unit_test(values_may_hold_any_bytes),
		cmocka_unit_test(broken_replies_are_errors),
		cmocka_unit_test(no_reply_says_what_to_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
