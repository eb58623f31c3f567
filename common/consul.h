/* Consul's HTTP API (https://developer.hashicorp.com/consul/api-docs): which request answers a
 * WANT, and what its reply means. No transport here: the agent asks with a client of its own, the
 * driver on its loop.
 *
 * Shapes of answers:
 *   key   name "a/b" -> string; missing: NULL
 *   keys  name "a"   -> list of {"Path","Key","Value"} directly below the prefix, sorted
 *                       (consul-template's ls: only the level itself, Key without the prefix)
 *   tree  name "a"   -> list of {"Path","Key","Value"} of all keys below, Key relative to it
 *   names name "a/"  -> list of the names of all keys that begin so
 *   all others       -> as the API's JSON, decoded
 * An empty prefix is an empty list, not a missing one. */
#ifndef FACTORY_COMMON_CONSUL_H
#define FACTORY_COMMON_CONSUL_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/http.h"
#include "common/value.h"
#include "common/want.h"

/* Where Consul is and how to be let in. All owned; consul_target_free releases them. */
struct consul_target {
	char *base;        /* "http://127.0.0.1:8500", "https://..." */
	char *unix_socket; /* from unix:///path, else NULL */
	char *token;       /* or NULL */
	char *ca_file;     /* or NULL */
	bool insecure;
	char *name; /* "Consul at 127.0.0.1:8500", for errors */
};

/* address: host:port, http(s)://host:port, or unix:///path; NULL takes CONSUL_HTTP_ADDR. token
 * NULL takes CONSUL_HTTP_TOKEN, or the file CONSUL_HTTP_TOKEN_FILE names. Also obeyed:
 * CONSUL_HTTP_SSL, CONSUL_HTTP_SSL_VERIFY, CONSUL_CACERT. */
int consul_target_from(struct consul_target *target, const char *address, const char *token,
		       struct error *err);
void consul_target_free(struct consul_target *target);
void consul_server(const struct consul_target *target, struct http_server *server);

/* Whether Consul is who knows values of this kind. */
bool consul_knows(const char *kind);

/* Appends the path and query of the GET that answers this want; its arguments are query
 * parameters. Unknown kind: -1. */
int consul_path(struct buf *path, const struct want *want, struct error *err);

/* What a response that is none, or has another status than 200, comes to; `must`: what the token
 * has to allow ("allow reading"). Return -1 with the error, of class values. */
int consul_unreachable(const struct http_response *response, struct error *err);
int consul_refused(const struct consul_target *target, const struct http_response *response,
		   const char *must, struct error *err);

/* Makes the answer of a response. *found is NULL for a missing key (404). 403 is an error that
 * tells about tokens; other codes are errors with Consul's text. The response's body may become a
 * part of the arena: it is not to be read afterwards. */
int consul_answer(struct arena *arena, const struct consul_target *target, const char *kind,
		  const char *name, struct http_response *response, struct value **found,
		  struct error *err);

#endif
