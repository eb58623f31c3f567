#include "host/engine/endpoint.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

static const char default_url[] = "unix:///var/run/docker.sock";

static const char *set_variable(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

static const char *behind(const char *url, const char *scheme)
{
	size_t len = strlen(scheme);
	return strncmp(url, scheme, len) == 0 && url[len] ? url + len : NULL;
}

static void use_certificates(struct endpoint *endpoint)
{
	const char *path = set_variable("DOCKER_CERT_PATH"), *home = set_variable("HOME");
	autofree char *folder =
		path ? mem_strdup(path) : mem_printf("%s/.docker", home ? home : "");
	endpoint->ca_file = mem_printf("%s/ca.pem", folder);
	endpoint->cert_file = mem_printf("%s/cert.pem", folder);
	endpoint->key_file = mem_printf("%s/key.pem", folder);
}

static void use_tcp(struct endpoint *endpoint, const char *scheme, const char *rest)
{
	size_t len = strcspn(rest, "/");
	bool secure = set_variable("DOCKER_TLS_VERIFY") || strcmp(scheme, "https://") == 0;
	endpoint->host = mem_strndup(rest, len);
	endpoint->base = mem_printf("%s://%s", secure ? "https" : "http", endpoint->host);
	if (set_variable("DOCKER_TLS_VERIFY"))
		use_certificates(endpoint);
}

int endpoint_parse(struct endpoint *endpoint, const char *url, struct error *err)
{
	static const char *const schemes[] = {"tcp://", "http://", "https://"};
	if (!url)
		url = set_variable("DOCKER_HOST");
	if (!url)
		url = default_url;
	endpoint->url = mem_strdup(url);
	endpoint->name = mem_printf("the engine at %s", url);
	const char *rest = behind(url, "unix://");
	if (rest) {
		endpoint->unix_socket = mem_strdup(rest);
		endpoint->host = mem_strdup("engine");
		endpoint->base = mem_strdup("http://engine");
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		rest = behind(url, schemes[i]);
		if (rest && strcspn(rest, "/")) {
			use_tcp(endpoint, schemes[i], rest);
			return 0;
		}
	}
	return error_set(err, "the endpoint '%s' is none: use unix:///PATH or tcp://HOST:PORT",
			 url);
}

void endpoint_free(struct endpoint *endpoint)
{
	free(endpoint->url);
	free(endpoint->base);
	free(endpoint->unix_socket);
	free(endpoint->host);
	free(endpoint->ca_file);
	free(endpoint->cert_file);
	free(endpoint->key_file);
	free(endpoint->name);
}

void endpoint_server(const struct endpoint *endpoint, struct http_server *server)
{
	*server = (struct http_server){.base = endpoint->base,
				       .unix_socket = endpoint->unix_socket,
				       .ca_file = endpoint->ca_file,
				       .cert_file = endpoint->cert_file,
				       .key_file = endpoint->key_file,
				       .name = endpoint->name};
}
