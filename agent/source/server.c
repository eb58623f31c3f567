#include "agent/source/server.h"

#include "agent/source/tls_address.h"
#include "common/file.h"
#include "common/own.h"

#include <limits.h>
#include <mbedtls/base64.h>
#include <stdlib.h>
#include <string.h>

/* The environment variables of each server's own programs. */
static const struct variables {
	const char *which, *address, *fallback, *token, *token_file, *auth, *tls, *verify, *skip;
	const char *ca_cert, *ca_path, *cert, *key, *tls_name, *namespace, *region;
	const char *token_header, *namespace_header;
} servers[] = {
	{.which = "Consul",
	 .address = "CONSUL_HTTP_ADDR",
	 .fallback = "127.0.0.1:8500",
	 .token = "CONSUL_HTTP_TOKEN",
	 .token_file = "CONSUL_HTTP_TOKEN_FILE",
	 .auth = "CONSUL_HTTP_AUTH",
	 .tls = "CONSUL_HTTP_SSL",
	 .verify = "CONSUL_HTTP_SSL_VERIFY",
	 .ca_cert = "CONSUL_CACERT",
	 .ca_path = "CONSUL_CAPATH",
	 .cert = "CONSUL_CLIENT_CERT",
	 .key = "CONSUL_CLIENT_KEY",
	 .tls_name = "CONSUL_TLS_SERVER_NAME",
	 .namespace = "CONSUL_NAMESPACE",
	 .token_header = "X-Consul-Token"},
	{.which = "Vault",
	 .address = "VAULT_ADDR",
	 .fallback = "https://127.0.0.1:8200",
	 .token = "VAULT_TOKEN",
	 .skip = "VAULT_SKIP_VERIFY",
	 .ca_cert = "VAULT_CACERT",
	 .ca_path = "VAULT_CAPATH",
	 .cert = "VAULT_CLIENT_CERT",
	 .key = "VAULT_CLIENT_KEY",
	 .tls_name = "VAULT_TLS_SERVER_NAME",
	 .namespace = "VAULT_NAMESPACE",
	 .token_header = "X-Vault-Token",
	 .namespace_header = "X-Vault-Namespace"},
	{.which = "Nomad",
	 .address = "NOMAD_ADDR",
	 .fallback = "http://127.0.0.1:4646",
	 .token = "NOMAD_TOKEN",
	 .auth = "NOMAD_HTTP_AUTH",
	 .skip = "NOMAD_SKIP_VERIFY",
	 .ca_cert = "NOMAD_CACERT",
	 .ca_path = "NOMAD_CAPATH",
	 .cert = "NOMAD_CLIENT_CERT",
	 .key = "NOMAD_CLIENT_KEY",
	 .tls_name = "NOMAD_TLS_SERVER_NAME",
	 .namespace = "NOMAD_NAMESPACE",
	 .region = "NOMAD_REGION",
	 .token_header = "X-Nomad-Token"},
};

/* What the configuration says, else what the variable does, else NULL. */
static const char *either(const char *said, const char *variable)
{
	const char *found = variable ? getenv(variable) : NULL;
	return said ? said : found && *found ? found : NULL;
}

static bool is_on(const char *variable)
{
	const char *text = either(NULL, variable);
	return text && strcmp(text, "false") != 0 && strcmp(text, "0") != 0;
}

static bool is_off(const char *variable)
{
	const char *text = either(NULL, variable);
	return text && (strcmp(text, "false") == 0 || strcmp(text, "0") == 0);
}

/* --- the address --- */

/* unix:///path, http(s)://host:port, or host:port. */
static void set_address(struct server *server, const struct variables *names, struct arena *arena)
{
	const struct tls_settings *tls = &server->settings->tls;
	const char *address = either(server->settings->address, names->address);
	address = address ? address : names->fallback;
	server->http.name = arena_printf(arena, "%s at %s", names->which, address);
	if (strncmp(address, "unix://", 7) == 0) {
		server->http.unix_socket = arena_strdup(arena, address + 7);
		server->http.base = "http://localhost";
		return;
	}
	const char *host = strstr(address, "://");
	bool secure = tls->enabled || is_on(names->tls);
	size_t scheme = host ? (size_t)(host - address) : 0;
	if (host && !(scheme == 4 && tls->enabled))
		secure = strncmp(address, "https", 5) == 0;
	host = host ? host + 3 : address;
	size_t len = strlen(host);
	while (len && host[len - 1] == '/')
		len--;
	server->http.base =
		arena_printf(arena, "%s://%.*s", secure ? "https" : "http", (int)len, host);
}

/* Another name in the certificate than in the address: the request goes to the name, the
 * connection to the address. */
static void set_tls_name(struct server *server, const char *name, struct arena *arena)
{
	static const char secure[] = "https://";
	if (!name || strncmp(server->http.base, secure, sizeof secure - 1) != 0)
		return;
	const char *host = server->http.base + sizeof secure - 1;
	const char *end = host + strcspn(host, "/");
	const char *bracket = *host == '[' ? strchr(host, ']') : NULL;
	const char *port = strchr(bracket ? bracket : host, ':');
	const char *number = port && port < end ? port : ":443";
	int number_len = port && port < end ? (int)(end - port) : 4;
	int host_len = (int)((port && port < end ? port : end) - host);
	server->http.connect_to =
		arena_printf(arena, "::%.*s%.*s", host_len, host, number_len, number);
	server->http.base = arena_printf(arena, "https://%s%.*s%s", name, number_len, number, end);
}

/* --- trust --- */

/* A target made from scratch has no authorities of its own: the toolbox has them beside the agent.
 */
static const char *default_authorities(struct arena *arena)
{
	static const char name[] = "ca-certificates.crt";
	static const char *const usual[] = {"/etc/ssl/certs/ca-certificates.crt",
					    "/etc/pki/tls/certs/ca-bundle.crt",
					    "/etc/ssl/cert.pem"};
	const char *said = either(NULL, "SSL_CERT_FILE");
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - sizeof name);
	char *slash = len > 0 ? memrchr(self, '/', (size_t)len) : NULL;
	if (said)
		return said;
	if (slash) {
		memcpy(slash + 1, name, sizeof name);
		if (access(self, R_OK) == 0)
			return arena_strdup(arena, self);
	}
	for (size_t i = 0; i < COUNT_OF(usual); i++)
		if (access(usual[i], R_OK) == 0)
			return usual[i];
	return NULL;
}

static int readable(const char *path, const struct server *server, struct error *err)
{
	if (!path || access(path, R_OK) == 0)
		return 0;
	return error_errno(err, "%s: can't read %s", server->http.name, path);
}

static int set_tls(struct server *server, const struct variables *names, struct arena *arena,
		   struct error *err)
{
	const struct tls_settings *tls = &server->settings->tls;
	struct http_server *http = &server->http;
	if (strncmp(http->base, "https", 5) != 0)
		return 0;
	http->ca_file = either(tls->ca_cert, names->ca_cert);
	http->ca_path = either(tls->ca_path, names->ca_path);
	http->cert_file = either(tls->cert, names->cert);
	http->key_file = either(tls->key, names->key);
	if (http->cert_file && !http->key_file)
		http->key_file = http->cert_file;
	http->on_tls = tls_check_address;
	http->insecure = !tls->verify || is_off(names->verify) || is_on(names->skip);
	if (readable(http->ca_file, server, err) < 0 || readable(http->ca_path, server, err) < 0 ||
	    readable(http->cert_file, server, err) < 0 || readable(http->key_file, server, err) < 0)
		return -1;
	if (!http->ca_file && !http->ca_path)
		http->ca_file = default_authorities(arena);
	set_tls_name(server, either(tls->server_name, names->tls_name), arena);
	return 0;
}

/* --- who we are --- */

static void add_header(struct server *server, const char *header)
{
	size_t at = 0;
	while (server->headers[at])
		at++;
	if (at + 1 < SERVER_HEADERS)
		server->headers[at] = header;
}

/* The first line of a token's file, or NULL with the error set. */
static const char *read_token(const char *path, struct arena *arena, struct error *err)
{
	auto_buf struct buf text = {0};
	if (file_read(path, 1 << 16, &text, err) < 0) {
		error_wrap(err, "can't read the token");
		return NULL;
	}
	return arena_strndup(arena, buf_text(&text), strcspn(buf_text(&text), "\r\n"));
}

static int set_token(struct server *server, const struct variables *names, struct arena *arena,
		     struct error *err)
{
	const struct server_settings *settings = server->settings;
	const char *token = settings->token, *file = settings->token_file;
	if (!token && !file) {
		token = either(NULL, names->token);
		file = token ? NULL : either(NULL, names->token_file);
	}
	if (!token && file && !(token = read_token(file, arena, err)))
		return -1;
	if (token && *token)
		add_header(server, arena_printf(arena, "%s: %s", names->token_header, token));
	return 0;
}

/* RFC 7617 */
static void set_login(struct server *server, const struct variables *names, struct arena *arena)
{
	const struct server_settings *settings = server->settings;
	const char *login = either(NULL, names->auth);
	unsigned char code[4096];
	size_t len;
	if (settings->username)
		login = arena_printf(arena, "%s:%s", settings->username,
				     settings->password ? settings->password : "");
	if (!login || (settings->username && !settings->auth_enabled))
		return;
	if (mbedtls_base64_encode(code, sizeof code, &len, (const unsigned char *)login,
				  strlen(login)) == 0)
		add_header(server, arena_printf(arena, "Authorization: Basic %s", code));
}

static void set_place(struct server *server, const struct variables *names, struct arena *arena)
{
	const char *namespace = either(server->settings->namespace, names->namespace);
	const char *region = either(server->settings->region, names->region);
	if (namespace && names->namespace_header) {
		add_header(server,
			   arena_printf(arena, "%s: %s", names->namespace_header, namespace));
		namespace = NULL;
	}
	auto_buf struct buf query = {0};
	if (namespace) {
		buf_puts(&query, strcmp(names->which, "Nomad") == 0 ? "namespace=" : "ns=");
		http_escape(&query, namespace, "");
	}
	if (region) {
		buf_puts(&query, query.len ? "&region=" : "region=");
		http_escape(&query, region, "");
	}
	server->query = query.len ? arena_strdup(arena, query.data) : NULL;
}

int server_find(const char *which, const struct server_settings *settings, struct arena *arena,
		struct server *server, struct error *err)
{
	const struct transport_settings *transport = &settings->transport;
	const struct variables *names = servers;
	while (strcmp(names->which, which) != 0)
		names++;
	*server = (struct server){.settings = settings};
	server->http.fresh = transport->disable_keep_alives;
	server->http.connect_ms = transport->dial_timeout_ms;
	server->http.keep_alive_ms = transport->dial_keep_alive_ms;
	set_address(server, names, arena);
	if (strncmp(server->http.base, "https", 5) == 0)
		server->http.connect_ms += transport->tls_handshake_timeout_ms;
	if (set_tls(server, names, arena, err) < 0 || set_token(server, names, arena, err) < 0)
		return -1;
	set_login(server, names, arena);
	set_place(server, names, arena);
	if (settings->user_agent)
		add_header(server, arena_printf(arena, "User-Agent: %s", settings->user_agent));
	if (strcmp(which, "Vault") == 0)
		add_header(server, "X-Vault-Request: true");
	return 0;
}
