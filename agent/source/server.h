/* Where Consul, Vault and Nomad are, and how to be let in: from the configuration, else from the
 * environment variables that their own programs obey. */
#ifndef FACTORY_AGENT_SOURCE_SERVER_H
#define FACTORY_AGENT_SOURCE_SERVER_H

#include "common/arena.h"
#include "common/error.h"
#include "common/http.h"

struct retry_settings {
	bool enabled;
	unsigned attempts; /* 0: for ever */
	uint32_t backoff_ms, max_backoff_ms;
};

struct tls_settings {
	bool enabled, verify;
	const char *ca_cert, *ca_path, *cert, *key, *server_name;
};

struct transport_settings {
	uint32_t dial_keep_alive_ms, dial_timeout_ms, tls_handshake_timeout_ms;
	uint32_t answer_timeout_ms; /* beyond the time that a blocking query may take */
	bool disable_keep_alives;
	unsigned max_connections; /* blocking queries under way at once; 0: as many as are good */
};

/* NULL strings: the environment's, or none. */
struct server_settings {
	const char *address, *token, *token_file, *namespace, *region;
	bool auth_enabled;
	const char *username, *password;
	bool renew_token, unwrap_token; /* Vault */
	uint32_t default_lease_ms;      /* Vault: of secrets that have none */
	const char *user_agent;
	struct retry_settings retry;
	struct tls_settings tls;
	struct transport_settings transport;
};

enum { SERVER_HEADERS = 8 };

/* Its strings live in the arena it was made with. */
struct server {
	struct http_server http;
	const char *headers[SERVER_HEADERS]; /* token, authorization, namespace...; NULL at the end
					      */
	const char *query;                   /* of each request: "ns=x&region=y", or NULL */
	const struct server_settings *settings;
};

/* "Consul", "Vault" or "Nomad". -1 for an address, a token file or a certificate that can't be
 * used. `settings` must stay. */
int server_find(const char *which, const struct server_settings *settings, struct arena *arena,
		struct server *server, struct error *err);

/* Vault: the token is a wrapped one; its place is taken by what it wraps
 * (https://developer.hashicorp.com/vault/docs/concepts/response-wrapping). Blocks. */
int server_unwrap(struct server *server, struct arena *arena, struct error *err);

#endif
