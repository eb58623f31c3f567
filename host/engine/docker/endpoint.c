#include "host/engine/docker/endpoint.h"

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

/* The folder of docker's own client. */
static char *certificate_folder(void)
{
	const char *path = set_variable("DOCKER_CERT_PATH"), *home = set_variable("HOME");
	return path ? mem_strdup(path) : mem_printf("%s/.docker", home ? home : "");
}

/* libcurl would only say that something is wrong with the certificates. */
static int use_certificates(struct endpoint *endpoint, struct error *err)
{
	autofree char *folder = certificate_folder();
	endpoint->ca_file = mem_printf("%s/ca.pem", folder);
	endpoint->cert_file = mem_printf("%s/cert.pem", folder);
	endpoint->key_file = mem_printf("%s/key.pem", folder);
	const char *files[] = {endpoint->ca_file, endpoint->cert_file, endpoint->key_file};
	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (access(files[i], R_OK) < 0)
			return error_errno(err, "%s: the certificate %s (see DOCKER_CERT_PATH)",
					   endpoint->name, files[i]);
	return 0;
}

/* The ports are those of docker's own client; URLs of HTTP have their own. */
static const char *default_port(const char *scheme, const char *host, bool secure)
{
	const char *bracket = strrchr(host, ']'); /* of [::1] */
	if (strcmp(scheme, "tcp://") != 0 || strchr(bracket ? bracket : host, ':'))
		return "";
	return secure ? ":2376" : ":2375";
}

static int use_tcp(struct endpoint *endpoint, const char *scheme, const char *rest,
		   struct error *err)
{
	bool verify = set_variable("DOCKER_TLS_VERIFY") != NULL;
	bool secure = verify || strcmp(scheme, "https://") == 0;
	autofree char *host = mem_strndup(rest, strcspn(rest, "/"));
	endpoint->host = mem_printf("%s%s", host, default_port(scheme, host, secure));
	endpoint->base = mem_printf("%s://%s", secure ? "https" : "http", endpoint->host);
	if (verify || (secure && set_variable("DOCKER_CERT_PATH")))
		return use_certificates(endpoint, err);
	return 0;
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
		if (rest && strcspn(rest, "/"))
			return use_tcp(endpoint, schemes[i], rest, err);
	}
	return error_set(err,
			 "the endpoint '%s' is none: use unix:///PATH, tcp://HOST:PORT, podman: or "
			 "oci:",
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
