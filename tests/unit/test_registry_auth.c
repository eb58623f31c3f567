/* Which credentials an image's registry gets, from docker's own configuration. Helpers are asked in
 * tests/e2e/push.bats. */
#include "tests/unit/check.h"

#include "common/own.h"
#include "host/engine/registry_auth.h"
#include "host/exit_codes.h"

#include <mbedtls/base64.h>

static char directory[] = "/tmp/factory-auth-XXXXXX";

static int make_directory(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	return setenv("DOCKER_CONFIG", directory, 1);
}

static void configure(const char *text)
{
	char path[80];
	snprintf(path, sizeof path, "%s/config.json", directory);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int remove_directory(void **state)
{
	char path[80];
	(void)state;
	snprintf(path, sizeof path, "%s/config.json", directory);
	unlink(path);
	return rmdir(directory);
}

static void hosts(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"busybox", "docker.io"},
		{"library/busybox", "docker.io"},
		{"localhost/x", "localhost"},
		{"localhost:5000/x/y", "localhost:5000"},
		{"quay.io/a/b:c", "quay.io"},
		{"registry:5000/x", "registry:5000"},
		{"localhost", "docker.io"},
		{"a.b:1", "docker.io"},
		{"", "docker.io"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		autofree char *host = registry_host(cases[i][0]);
		assert_string_equal(host, cases[i][1]);
	}
}

/* What the header says, as JSON text. */
static char *header_of(const char *ref)
{
	struct error err = {0};
	autofree char *auth = NULL;
	unsigned char text[512];
	size_t len = 0;
	assert_int_equal(registry_auth(ref, &auth, &err), 0);
	if (!auth)
		return NULL;
	assert_null(strpbrk(auth, "+/"));
	for (char *c = auth; *c; c++)
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	assert_int_equal(mbedtls_base64_decode(text, sizeof text - 1, &len, (unsigned char *)auth,
					       strlen(auth)),
			 0);
	return strndup((char *)text, len);
}

static void found(void **state)
{
	(void)state;
	static const char ada[] = "{\"username\":\"ada\",\"password\":\"a:b\","
				  "\"serveraddress\":\"r.example:5000\"}";
	static const struct {
		const char *config, *ref, *header;
	} cases[] = {
		{"{\"auths\":{\"r.example:5000\":{\"auth\":\"YWRhOmE6Yg==\"}}}",
		 "r.example:5000/x:1", ada},
		{"{\"auths\":{\"https://r.example:5000/v1/\":{\"auth\":\"YWRhOmE6Yg==\"}}}",
		 "r.example:5000/x", ada},
		{"{\"auths\":{\"r.example:5000\":{\"username\":\"ada\",\"password\":\"a:b\"}}}",
		 "r.example:5000/x", ada},
		{"{\"auths\":{\"r.example:5000\":{\"auth\":\"YWRhOmE6Yg==\"}}}", "r.example/x",
		 NULL},
		{"{\"auths\":{\"r.example:5000\":{}}}", "r.example:5000/x", NULL},
		{"{\"auths\":{\"r.example\":{\"auth\":\"YWRhOg==\",\"identitytoken\":\"t\"}}}",
		 "r.example/x", "{\"identitytoken\":\"t\",\"serveraddress\":\"r.example\"}"},
		{"{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"YTpi\"}}}", "busybox",
		 "{\"username\":\"a\",\"password\":\"b\","
		 "\"serveraddress\":\"https://index.docker.io/v1/\"}"},
		{"{\"auths\":{\"evil-r.example\":{\"auth\":\"YTpi\"}}}", "r.example/x", NULL},
		{"{\"auths\":[]}", "r.example/x", NULL},
		{"[]", "r.example/x", NULL},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		configure(cases[i].config);
		autofree char *header = header_of(cases[i].ref);
		if (cases[i].header)
			assert_string_equal(header, cases[i].header);
		else
			assert_null(header);
	}
}

/* Bytes that plain base64 writes with + and /, however they are aligned. */
static void is_url_safe(void **state)
{
	(void)state;
	struct error err = {0};
	autofree char *auth = NULL;
	configure("{\"auths\":{\"r.example\":{\"username\":\">>>>>\",\"password\":\"?????\"}}}");
	assert_int_equal(registry_auth("r.example/x", &auth, &err), 0);
	assert_non_null(strchr(auth, '-'));
	assert_non_null(strchr(auth, '_'));
	assert_null(strpbrk(auth, "+/"));
}

static void broken(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"{\"auths\":", "no credentials for the registry r.example"},
		{"{\"auths\":{\"r.example\":{\"auth\":\"*\"}}}", "no base64 of USER:PASSWORD"},
		{"{\"auths\":{\"r.example\":{\"auth\":\"YWRh\"}}}", "no base64 of USER:PASSWORD"},
		{"{\"credsStore\":\"no-such-helper\"}",
		 "there is no program docker-credential-no-such-helper in PATH"},
		{"{\"credsStore\":\"../x\"}", "'../x' is no name of a credential helper"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error err = {0};
		char *auth = NULL;
		configure(cases[i][0]);
		assert_int_equal(registry_auth("r.example/x", &auth, &err), -1);
		assert_null(auth);
		assert_int_equal(err.exit_code, EXIT_REGISTRY);
		expect_error(&err, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts),
		cmocka_unit_test(found),
		cmocka_unit_test(is_url_safe),
		cmocka_unit_test(broken),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
