#include "tests/unit/check.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/engine/docker/endpoint.h"
#include "host/engine/engine.h"

#include <fcntl.h>

static int clean_environment(void **state)
{
	(void)state;
	unsetenv("DOCKER_HOST");
	unsetenv("DOCKER_TLS_VERIFY");
	unsetenv("DOCKER_CERT_PATH");
	return 0;
}

/* Parses and compares what HTTP would be told. */
static void expect(const char *url, const char *base, const char *unix_socket, const char *host)
{
	auto_error struct error err = {0};
	struct endpoint endpoint = {0};
	struct http_server server;
	endpoint_parse(&endpoint, url, NULL, &err);
	expect_no_error(&err);
	endpoint_server(&endpoint, &server);
	assert_string_equal(server.base, base);
	assert_string_equal(endpoint.host, host);
	if (unix_socket)
		assert_string_equal(server.unix_socket, unix_socket);
	else
		assert_null(server.unix_socket);
	assert_false(server.insecure);
	endpoint_free(&endpoint);
}

static void given_tls(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	static const struct engine_tls none = {.insecure = true},
				       some = {.ca = "/dev/null", .cert = "/nonexistent"};
	struct endpoint endpoint = {0};
	struct http_server server;
	setenv("DOCKER_CERT_PATH", "/nonexistent", 1);
	assert_int_equal(endpoint_parse(&endpoint, "tcp://builder", &none, &err), 0);
	endpoint_server(&endpoint, &server);
	assert_string_equal(server.base, "https://builder:2376");
	assert_true(server.insecure);
	assert_null(server.ca_file);
	endpoint_free(&endpoint);
	endpoint = (struct endpoint){0};
	assert_int_equal(endpoint_parse(&endpoint, "tcp://builder", &some, &err), -1);
	expect_error(&err, "the certificate /nonexistent (see `tls:`");
	assert_string_equal(endpoint.ca_file, "/dev/null");
	endpoint_free(&endpoint);
	endpoint = (struct endpoint){0};
	assert_int_equal(endpoint_parse(&endpoint, "unix:///x", &some, &err), 0);
	endpoint_free(&endpoint);
}

static void refuse(const char *url, const char *part)
{
	auto_error struct error err = {0};
	struct endpoint endpoint = {0};
	assert_int_equal(endpoint_parse(&endpoint, url, NULL, &err), -1);
	expect_error(&err, part);
	endpoint_free(&endpoint);
}

static void sockets(void **state)
{
	(void)state;
	expect("unix:///run/x.sock", "http://engine", "/run/x.sock", "engine");
	expect(NULL, "http://engine", "/var/run/docker.sock", "engine");
	setenv("DOCKER_HOST", "unix:///tmp/y", 1);
	expect(NULL, "http://engine", "/tmp/y", "engine");
	expect("unix:///run/x.sock", "http://engine", "/run/x.sock", "engine");
	setenv("DOCKER_HOST", "", 1);
	expect(NULL, "http://engine", "/var/run/docker.sock", "engine");
}

static void tcp(void **state)
{
	(void)state;
	expect("tcp://10.0.0.1:4000", "http://10.0.0.1:4000", NULL, "10.0.0.1:4000");
	expect("tcp://builder", "http://builder:2375", NULL, "builder:2375");
	expect("tcp://[::1]", "http://[::1]:2375", NULL, "[::1]:2375");
	expect("tcp://[::1]:99/", "http://[::1]:99", NULL, "[::1]:99");
	expect("http://builder", "http://builder", NULL, "builder");
	expect("https://builder:1", "https://builder:1", NULL, "builder:1");
}

static void names_what_was_asked_for(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	struct endpoint endpoint = {0};
	assert_int_equal(endpoint_parse(&endpoint, "tcp://builder", NULL, &err), 0);
	assert_string_equal(endpoint.url, "tcp://builder");
	assert_string_equal(endpoint.name, "the engine at tcp://builder");
	endpoint_free(&endpoint);
}

static void wrong(void **state)
{
	(void)state;
	refuse("ssh://host", "use unix:///PATH, tcp://HOST:PORT, podman: or oci:");
	refuse("unix://", "'unix://'");
	refuse("tcp://", "'tcp://'");
	refuse("tcp:///path", "'tcp:///path'");
	refuse("/var/run/docker.sock", "'/var/run/docker.sock'");
	refuse("", "''");
}

static void make_file(const char *directory, const char *name)
{
	autofree char *path = mem_printf("%s/%s", directory, name);
	autoclose int fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
}

static void certificates(void **state)
{
	(void)state;
	static const char *const files[] = {"ca.pem", "cert.pem", "key.pem"};
	char directory[] = "/tmp/factory-endpoint-XXXXXX";
	assert_non_null(mkdtemp(directory));
	setenv("DOCKER_TLS_VERIFY", "1", 1);
	setenv("DOCKER_CERT_PATH", directory, 1);
	refuse("tcp://builder", "ca.pem (see DOCKER_CERT_PATH): No such file");
	make_file(directory, files[0]);
	refuse("tcp://builder", "cert.pem (see DOCKER_CERT_PATH): No such file");
	make_file(directory, files[1]);
	make_file(directory, files[2]);

	auto_error struct error err = {0};
	struct endpoint endpoint = {0};
	struct http_server server;
	autofree char *key = mem_printf("%s/key.pem", directory);
	assert_int_equal(endpoint_parse(&endpoint, "tcp://builder", NULL, &err), 0);
	endpoint_server(&endpoint, &server);
	assert_string_equal(server.base, "https://builder:2376");
	assert_string_equal(server.key_file, key);
	assert_false(server.insecure);
	endpoint_free(&endpoint);
	/* A socket needs none. */
	expect("unix:///run/x.sock", "http://engine", "/run/x.sock", "engine");
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		autofree char *path = mem_printf("%s/%s", directory, files[i]);
		unlink(path);
	}
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(sockets, clean_environment),
		cmocka_unit_test_setup(tcp, clean_environment),
		cmocka_unit_test_setup(names_what_was_asked_for, clean_environment),
		cmocka_unit_test_setup(wrong, clean_environment),
		cmocka_unit_test_setup(certificates, clean_environment),
		cmocka_unit_test_setup(given_tls, clean_environment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
