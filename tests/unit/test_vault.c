/* Vault's API, with replies as a Vault 1.15 gives them. */
#include "tests/unit/inquiry.h"

#include "common/memory.h"

#include <time.h>

#define MOUNTS "/v1/sys/internal/ui/mounts/"
#define VERSION_2                                                                                  \
	"{\"request_id\":\"r\",\"lease_id\":\"\",\"data\":{\"accessor\":\"kv_1\",\"options\":{"    \
	"\"version\":\"2\"},\"path\":\"team/kv/\",\"type\":\"kv\"}}"
#define VERSION_1  "{\"data\":{\"options\":{\"version\":\"1\"},\"path\":\"old/\",\"type\":\"kv\"}}"
#define NO_VERSION "{\"data\":{\"options\":null,\"path\":\"database/\",\"type\":\"database\"}}"
#define KV2(data)                                                                                  \
	"{\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"data\":{\"data\":" data     \
	",\"metadata\":{\"deletion_time\":\"\",\"version\":3}}}"

static void secrets_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct exchange exchanges[3];
		const char *data; /* at "data" of the answer */
		unsigned again_s;
	} cases[] = {
		{"team/kv/app",
		 {{"GET " MOUNTS "team/kv/app", 200, VERSION_2, NULL},
		  {"GET /v1/team/kv/data/app", 200, KV2("{\"a\":\"b\"}"), NULL}},
		 "{\"data\":{\"a\":\"b\"},\"metadata\":{\"deletion_time\":\"\",\"version\":3}}",
		 270},
		{"/team/kv/data/app?version=2",
		 {{"GET " MOUNTS "team/kv/data/app", 200, VERSION_2, NULL},
		  {"GET /v1/team/kv/data/app?version=2", 200, KV2("{}"), NULL}},
		 "{\"data\":{},\"metadata\":{\"deletion_time\":\"\",\"version\":3}}",
		 270},
		{"team/kv/metadata/app",
		 {{"GET " MOUNTS "team/kv/metadata/app", 200, VERSION_2, NULL},
		  {"GET /v1/team/kv/metadata/app", 200, "{\"data\":{\"x\":1}}", NULL}},
		 "{\"x\":1}",
		 270},
		{"team/kv",
		 {{"GET " MOUNTS "team/kv", 200, VERSION_2, NULL},
		  {"GET /v1/team/kv/data", 200, KV2("{}"), NULL}},
		 "{\"data\":{},\"metadata\":{\"deletion_time\":\"\",\"version\":3}}",
		 270},
		{"old/a b#c/%",
		 {{"GET " MOUNTS "old/a%20b%23c/%25", 200, VERSION_1, NULL},
		  {"GET /v1/old/a%20b%23c/%25", 200,
		   "{\"lease_duration\":2764800,\"data\":{\"k\":\"v\"}}", NULL}},
		 "{\"k\":\"v\"}",
		 2488320},
		/* Servers older than 0.10, and tokens without rights, don't know the mount. */
		{"old/x",
		 {{"GET " MOUNTS "old/x", 404, "{\"errors\":[]}", NULL},
		  {"GET /v1/old/x", 200, "{\"data\":{\"k\":\"v\"}}", NULL}},
		 "{\"k\":\"v\"}",
		 270},
		{"old/x",
		 {{"GET " MOUNTS "old/x", 403, "{\"errors\":[\"permission denied\"]}", NULL},
		  {"GET /v1/old/x", 200, "{\"data\":{}}", NULL}},
		 "{}",
		 270},
		/* Leases. */
		{"database/creds/r",
		 {{"GET " MOUNTS "database/creds/r", 200, NO_VERSION, NULL},
		  {"GET /v1/database/creds/r", 200,
		   "{\"lease_id\":\"l\",\"renewable\":true,\"lease_duration\":3600,\"data\":{}}",
		   NULL}},
		 "{}",
		 2400},
		{"database/static-creds/r",
		 {{"GET " MOUNTS "database/static-creds/r", 200, NO_VERSION, NULL},
		  {"GET /v1/database/static-creds/r", 200,
		   "{\"lease_id\":\"\",\"lease_duration\":0,\"data\":{\"rotation_period\":86400,"
		   "\"ttl\":99}}",
		   NULL}},
		 "{\"rotation_period\":86400,\"ttl\":99}",
		 100},
		{"auth/token/lookup-self",
		 {{"GET " MOUNTS "auth/token/lookup-self", 200, NO_VERSION, NULL},
		  {"GET /v1/auth/token/lookup-self", 200,
		   "{\"lease_duration\":1,\"auth\":{\"renewable\":true,\"lease_duration\":90},"
		   "\"data\":null}",
		   NULL}},
		 "null",
		 60},
		{"a/secret-id",
		 {{"GET " MOUNTS "a/secret-id", 200, NO_VERSION, NULL},
		  {"GET /v1/a/secret-id", 200,
		   "{\"data\":{\"secret_id\":\"s\",\"secret_id_ttl\":9}}", NULL}},
		 "{\"secret_id\":\"s\",\"secret_id_ttl\":9}",
		 9},
		{"a/b",
		 {{"GET " MOUNTS "a/b", 200, NO_VERSION, NULL},
		  {"GET /v1/a/b", 200, "{\"lease_duration\":9000000000000000,\"data\":{}}", NULL}},
		 "{}",
		 28460160},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_asked struct asked asked = {0};
		auto_buf struct buf text = {0};
		const struct want want = {.kind = "secret", .name = cases[i].name};
		ask_with(&asked, &api_vault, &want, cases[i].exchanges);
		if (asked.result < 0)
			fail_msg("%s: %s", cases[i].name, asked.err.message);
		assert_non_null(asked.inquiry.found);
		json_write(&text, value_get(asked.inquiry.found, "data"));
		assert_string_equal(buf_text(&text), cases[i].data);
		assert_int_equal(asked.inquiry.again_s, cases[i].again_s);
		assert_int_equal(asked.inquiry.index, 0);
	}
}

static void missing_secrets(void **state)
{
	(void)state;
	static const struct exchange cases[][3] = {
		{{"GET " MOUNTS "team/kv/no", 200, VERSION_2, NULL},
		 {"GET /v1/team/kv/data/no", 404, "{\"errors\":[]}", NULL}},
		{{"GET " MOUNTS "team/kv/no", 200, VERSION_2, NULL},
		 {"GET /v1/team/kv/data/no", 404,
		  "{\"data\":{\"data\":null,\"metadata\":{\"deletion_time\":\"2026-01-01\"}}}",
		  NULL}},
		{{"GET " MOUNTS "team/kv/no", 200, VERSION_2, NULL},
		 {"GET /v1/team/kv/data/no", 200,
		  "{\"data\":{\"data\":null,\"metadata\":{\"deletion_time\":\"2026-01-01\"}}}",
		  NULL}},
	};
	const struct want want = {.kind = "secret", .name = "team/kv/no"};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_asked struct asked asked = {0};
		ask_with(&asked, &api_vault, &want, cases[i]);
		expect_found(&asked, NULL);
		assert_true(asked.inquiry.again_s > 0);
	}
}

static void secrets_are_written(void **state)
{
	(void)state;
	const char *const args[] = {"plaintext=aGk=", " a b = c d ", NULL};
	const char *const none[] = {NULL};
	const char *const broken[] = {"plaintext", NULL};
	const struct want want = {"secret", "transit/encrypt/k", NULL, args};
	const struct want empty = {"secret", "auth/x/login", NULL, none};
	const struct want bad = {"secret", "x", NULL, broken};
	auto_asked struct asked asked = {0}, second = {0}, third = {0};
	ask_with(&asked, &api_vault, &want,
		 (struct exchange[]){{"PUT /v1/transit/encrypt/k "
				      "{\"plaintext\":\"aGk=\",\"a b\":\"c d\"}",
				      200, "{\"data\":{\"ciphertext\":\"vault:v1:x\"}}", NULL}});
	expect_found(&asked, "{\"data\":{\"ciphertext\":\"vault:v1:x\"}}");
	ask_with(&second, &api_vault, &empty,
		 (struct exchange[]){{"PUT /v1/auth/x/login {}", 204, "", NULL}});
	expect_found(&second, NULL);
	ask_with(&third, &api_vault, &bad, NULL);
	expect_refused(&third, "\"plaintext\" is no \"key=value\"");
}

static void secrets_are_listed(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct exchange exchanges[3];
		const char *found;
	} cases[] = {
		{"team/kv",
		 {{"GET " MOUNTS "team/kv", 200, VERSION_2, NULL},
		  {"GET /v1/team/kv/metadata?list=true", 200,
		   "{\"data\":{\"keys\":[\"a\",\"b/\"]}}", NULL}},
		 "[\"a\",\"b/\"]"},
		{"team/kv/b/",
		 {{"GET " MOUNTS "team/kv/b", 200, VERSION_2, NULL},
		  {"GET /v1/team/kv/metadata/b?list=true", 200, "{\"data\":{\"keys\":[]}}", NULL}},
		 "[]"},
		{"team/kv/metadata",
		 {{"GET " MOUNTS "team/kv/metadata", 200, VERSION_2, NULL},
		  {"GET /v1/team/kv/metadata?list=true", 200, "{\"data\":null}", NULL}},
		 "[]"},
		{"old",
		 {{"GET " MOUNTS "old", 200, VERSION_1, NULL},
		  {"GET /v1/old?list=true", 404, "{\"errors\":[]}", NULL}},
		 "[]"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_asked struct asked asked = {0};
		const struct want want = {.kind = "secrets", .name = cases[i].name};
		ask_with(&asked, &api_vault, &want, cases[i].exchanges);
		expect_found(&asked, cases[i].found);
		assert_int_equal(asked.inquiry.again_s, 300);
	}
	auto_asked struct asked asked = {0};
	const struct want want = {.kind = "secrets", .name = "old"};
	ask_with(&asked, &api_vault, &want,
		 (struct exchange[]){
			 {"GET " MOUNTS "old", 200, VERSION_1, NULL},
			 {"GET /v1/old?list=true", 200, "{\"data\":{\"keys\":[1]}}", NULL}});
	expect_refused(&asked, "what is no name");
}

static void certificates(void **state)
{
	(void)state;
	const char *const args[] = {"common_name=a.b", "ttl=1h", NULL};
	const struct want want = {"pki", "pki/issue/r", NULL, args};
	const char *request = "PUT /v1/pki/issue/r {\"common_name\":\"a.b\",\"ttl\":\"1h\"}";
	autofree char *body = mem_printf(
		"{\"lease_id\":\"\",\"lease_duration\":0,\"data\":{\"certificate\":\"C\","
		"\"private_key\":\"K\\n\",\"issuing_ca\":\"I\",\"ca_chain\":[\"I\",\"R\"],"
		"\"expiration\":%lld}}",
		(long long)time(NULL) + 10000);
	auto_asked struct asked asked = {0}, expired = {0}, other = {0};
	ask_with(&asked, &api_vault, &want, (struct exchange[]){{request, 200, body, NULL}});
	expect_found(&asked, "{\"Cert\":\"C\\n\",\"Key\":\"K\\n\",\"CA\":\"I\\n\","
			     "\"CAChain\":[\"I\\n\",\"R\\n\"]}");
	assert_in_range(asked.inquiry.again_s, 8990, 9000);
	ask_with(&expired, &api_vault, &want,
		 (struct exchange[]){{request, 200,
				      "{\"data\":{\"certificate\":\"C\",\"expiration\":1000}}",
				      NULL}});
	expect_found(&expired, "{\"Cert\":\"C\\n\",\"Key\":\"\",\"CA\":\"\",\"CAChain\":[]}");
	assert_int_equal(expired.inquiry.again_s, 1);
	ask_with(&other, &api_vault, &want,
		 (struct exchange[]){{request, 200, "{\"data\":{\"x\":1}}", NULL}});
	expect_refused(&other, "gave no certificate for \"pki/issue/r\"");
}

static void refusals(void **state)
{
	(void)state;
	static const struct {
		struct exchange exchanges[3];
		const char *error;
	} cases[] = {
		{{{"GET " MOUNTS "a", 503, "{\"errors\":[\"Vault is sealed\"]}", NULL}},
		 "status 503: Vault is sealed (is Vault sealed"},
		{{{"GET " MOUNTS "a", 403, "{}", NULL},
		  {"GET /v1/a", 403,
		   "{\"errors\":[\"1 error occurred:\\n\\t* permission denied\"]}", NULL}},
		 "status 403: 1 error occurred:  * permission denied (VAULT_TOKEN must be valid"},
		{{{"GET " MOUNTS "a", 200, NO_VERSION, NULL},
		  {"GET /v1/a", 400, "{\"errors\":[\"one\",\"two\"]}", NULL}},
		 "status 400: one; two (look at the path"},
		{{{"GET " MOUNTS "a", 200, NO_VERSION, NULL},
		  {"GET /v1/a", 500, "oops\nmore", NULL}},
		 "status 500: oops (see Vault's log)"},
		{{{"GET " MOUNTS "a", 200, "<html>", NULL}}, "this is no JSON"},
		{{{"GET " MOUNTS "a", 200, NO_VERSION, NULL}, {"GET /v1/a", 200, "", NULL}}, ""},
		{{{"GET " MOUNTS "a", 200, NO_VERSION, NULL}, {"GET /v1/a", 200, "[]", NULL}},
		 "is a list: is something else listening there?"},
	};
	const struct want want = {.kind = "secret", .name = "a"};
	const struct want nothing = {.kind = "secret", .name = " / "};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_asked struct asked asked = {0};
		ask_with(&asked, &api_vault, &want, cases[i].exchanges);
		expect_refused(&asked, cases[i].error);
	}
	auto_asked struct asked asked = {0};
	ask_with(&asked, &api_vault, &nothing, NULL);
	expect_refused(&asked, "\" / \" is no path");
	expect_unreachable(&api_vault, &want, "can't reach it: start it, or name another (VAULT_");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_read),    cmocka_unit_test(missing_secrets),
		cmocka_unit_test(secrets_are_written), cmocka_unit_test(secrets_are_listed),
		cmocka_unit_test(certificates),        cmocka_unit_test(refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
