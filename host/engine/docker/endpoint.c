#include "host/engine/docker/endpoint.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/engine/engine.h"

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
static int check_files(const struct endpoint *endpoint, const char *see, struct error *err)
{
	const char *files[] = {endpoint->ca_file, endpoint->cert_file, endpoint->key_file};
	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (files[i] && access(files[i], R_OK) < 0)
			return error_errno(err, "%s: the certificate %s (see %s)", endpoint->name,
					   files[i], see);
	return 0;
}

static int use_folder(struct endpoint *endpoint, struct error *err)
{
	autofree char *folder = certificate_folder();
	endpoint->ca_file = mem_printf("%s/ca.pem", folder);
	endpoint->cert_file = mem_printf("%s/cert.pem", folder);
	endpoint->key_file = mem_printf("%s/key.pem", folder);
	return check_files(endpoint, "DOCKER_CERT_PATH", err);
}

static int use_given(struct endpoint *endpoint, const struct engine_tls *tls, struct error *err)
{
	endpoint->ca_file = tls->ca ? mem_strdup(tls->ca) : NULL;
	endpoint->cert_file = tls->cert ? mem_strdup(tls->cert) : NULL;
	endpoint->key_file = tls->key ? mem_strdup(tls->key) : NULL;
	endpoint->insecure = tls->insecure;
	return check_files(endpoint, "`tls:` in factory's config.yml", err);
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
		   const struct engine_tls *tls, struct error *err)
{
	bool verify = set_variable("DOCKER_TLS_VERIFY") != NULL;
	bool secure = tls || verify || strcmp(scheme, "https://") == 0;
	autofree char *host = mem_strndup(rest, strcspn(rest, "/"));
	endpoint->host = mem_printf("%s%s", host, default_port(scheme, host, secure));
	endpoint->base = mem_printf("%s://%s", secure ? "https" : "http", endpoint->host);
	if (tls)
		return use_given(endpoint, tls, err);
	if (verify || (secure && set_variable("DOCKER_CERT_PATH")))
		return use_folder(endpoint, err);
	return 0;
}

int endpoint_parse(struct endpoint *endpoint, const char *url, const struct engine_tls *tls,
		   struct error *err)
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
			return use_tcp(endpoint, schemes[i], rest, tls, err);
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
				       .insecure = endpoint->insecure,
				       .name = endpoint->name};
}
