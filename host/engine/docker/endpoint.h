/* Where an engine is, from an endpoint's URL and the environment that docker's own client obeys. */
#ifndef FACTORY_HOST_ENGINE_DOCKER_ENDPOINT_H
#define FACTORY_HOST_ENGINE_DOCKER_ENDPOINT_H

#include "common/error.h"
#include "common/http.h"

/* All owned; endpoint_free releases them. */
struct endpoint {
	char *url;         /* as it was asked for */
	char *base;        /* what HTTP speaks to: "http://engine", "https://host:2376" */
	char *unix_socket; /* or NULL */
	char *host;        /* for the Host header */
	char *ca_file, *cert_file, *key_file; /* PEM; or NULL */
	bool insecure;
	char *name; /* "the engine at URL" */
};

struct engine_tls;

/* url NULL: DOCKER_HOST, else the default socket. unix://, tcp://, http:// and https:// are known;
 * anything else is an error. A tcp:// without port means 2375, with TLS 2376. DOCKER_TLS_VERIFY
 * makes tcp:// speak TLS with the certificates of DOCKER_CERT_PATH (~/.docker where it is not set);
 * https:// uses those of DOCKER_CERT_PATH where that is set. With `tls` (or NULL) it counts
 * instead, and tcp:// speaks TLS. A missing file is an error. What was found is there to be freed
 * on failure too. */
int endpoint_parse(struct endpoint *endpoint, const char *url, const struct engine_tls *tls,
		   struct error *err);
void endpoint_free(struct endpoint *endpoint);

/* The same for HTTP; the strings stay the endpoint's. */
void endpoint_server(const struct endpoint *endpoint, struct http_server *server);

#endif
