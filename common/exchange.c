#include "common/http_parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "common/version.h"

#include <string.h>
#include <strings.h>

enum { CONNECT_MS = 10000, BUFFER_BYTES = 65536 };
static const size_t default_limit = (size_t)64 << 20;

/* As Go's clients do: a proxy from the environment is not for this machine. */
static bool is_local(const char *base)
{
	static const char *const names[] = {"localhost", "127.", "[::1]"};
	const char *host = strstr(base, "://");
	host = host ? host + 3 : base;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strncasecmp(host, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void keep_alive(CURL *easy, const struct http_server *server)
{
	long seconds = (long)(server->keep_alive_ms + 999) / 1000;
	if (server->fresh)
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	if (!seconds)
		return;
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, seconds);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, seconds);
}

void http_apply_server(CURL *easy, const struct http_server *server, const char *path)
{
	autofree char *url = mem_printf("%s%s", server->base, path);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
			 server->connect_ms ? (long)server->connect_ms : (long)CONNECT_MS);
	if (server->unix_socket)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, server->unix_socket);
	if (server->unix_socket || is_local(server->base))
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (server->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, server->ca_file);
	if (server->ca_path)
		curl_easy_setopt(easy, CURLOPT_CAPATH, server->ca_path);
	if (server->cert_file)
		curl_easy_setopt(easy, CURLOPT_SSLCERT, server->cert_file);
	if (server->key_file)
		curl_easy_setopt(easy, CURLOPT_SSLKEY, server->key_file);
	if (server->insecure) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (server->on_tls) {
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, server->on_tls);
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)server);
	}
	keep_alive(easy, server);
}

int http_explain(CURL *easy, const struct http_server *server, CURLcode code, const char *detail,
		 struct error *err)
{
	long number = 0;
	const char *reason = *detail ? detail : curl_easy_strerror(code);
	if (code == CURLE_OUT_OF_MEMORY)
		mem_exhausted();
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
	if (code == CURLE_COULDNT_CONNECT && number) {
		error_as(err, ERROR_NETWORK, "can't reach %s: %s", server->name, strerror((int)number));
		return (int)number;
	}
	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
		error_as(err, ERROR_NETWORK, "can't reach %s: %s", server->name, reason);
	else
		error_as(err, ERROR_NETWORK, "%s: %s", server->name, reason);
	return 0;
}

static size_t collect(struct exchange *exchange, const char *data, size_t len)
{
	size_t limit = exchange->request.body_limit ? exchange->request.body_limit : default_limit;
	if (len > limit - exchange->response.body.len) {
		exchange->too_long = true;
		return 0;
	}
	buf_add(&exchange->response.body, data, len);
	return len;
}

static size_t on_body(char *data, size_t size, size_t count, void *ctx)
{
	struct exchange *exchange = ctx;
	size_t len = size * count;
	long status = 0;
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!exchange->request.write_body || status < 200 || status > 299)
		return collect(exchange, data, len);
	int taken = exchange->request.write_body(exchange->request.ctx, data, len);
	if (taken == 0)
		return len;
	if (taken == HTTP_WAIT)
		return CURL_WRITEFUNC_PAUSE;
	exchange->given_up = true;
	return 0;
}

/* A status line begins anew: what came before belonged to an interim answer. */
static size_t on_header(char *data, size_t size, size_t count, void *ctx)
{
	struct exchange *exchange = ctx;
	size_t len = size * count;
	if (len > 5 && memcmp(data, "HTTP/", 5) == 0) {
		buf_clear(&exchange->response.headers);
		if (exchange->request.begun)
			exchange->request.begun(exchange->request.ctx);
	}
	buf_add(&exchange->response.headers, data, len);
	return len;
}

static size_t on_read(char *into, size_t size, size_t count, void *ctx)
{
	struct exchange *exchange = ctx;
	long got = exchange->request.read_body(exchange->request.ctx, into, size * count);
	if (got >= 0)
		return (size_t)got;
	if (got == HTTP_WAIT)
		return CURL_READFUNC_PAUSE;
	exchange->given_up = true;
	return CURL_READFUNC_ABORT;
}

static void append(struct curl_slist **list, const char *line)
{
	*list = mem_given(curl_slist_append(*list, line));
}

/* "Expect:" would cost a round trip before each body, and a form's content type is never meant. */
static void set_headers(struct exchange *exchange, const char *const *lines)
{
	bool typed = false;
	for (; lines && *lines; lines++) {
		typed = typed || strncasecmp(*lines, "Content-Type:", 13) == 0;
		append(&exchange->headers, *lines);
	}
	append(&exchange->headers, "Expect:");
	if (!typed)
		append(&exchange->headers, "Content-Type:");
	curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers);
}

static void set_body(CURL *easy, const struct http_request *request)
{
	bool get = strcmp(request->method, "GET") == 0;
	/* libcurl sends anything again whose connection was an old one and ended without a word. */
	if (request->once || request->read_body)
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	if (request->read_body) {
		curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	} else if (request->body || strcmp(request->method, "POST") == 0) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
	} else if (strcmp(request->method, "HEAD") == 0) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	} else if (get) {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

void exchange_prepare(struct exchange *exchange, CURL *easy, const struct http_server *server,
		      const struct http_request *request)
{
	*exchange = (struct exchange){.easy = easy, .server = server, .request = *request};
	exchange->request.path = NULL;
	exchange->request.headers = NULL;
	http_apply_server(easy, server, request->path);
	if (server->connect_to) {
		append(&exchange->connect_to, server->connect_to);
		curl_easy_setopt(easy, CURLOPT_CONNECT_TO, exchange->connect_to);
	}
	set_headers(exchange, request->headers);
	set_body(easy, request);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "factory/" FACTORY_VERSION);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->detail);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_READDATA, exchange);
}

void exchange_end(struct exchange *exchange, CURLcode code)
{
	struct http_response *response = &exchange->response;
	const char *name = exchange->server->name;
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &response->status);
	if (code == CURLE_OK)
		return;
	response->failed = true;
	response->status = 0;
	if (exchange->too_long)
		error_set(&response->error, "%s: the answer is longer than %zu bytes", name,
			  exchange->request.body_limit ? exchange->request.body_limit
						       : default_limit);
	else if (exchange->given_up)
		error_set(&response->error, "%s: the transfer was given up", name);
	else
		response->os_error = http_explain(exchange->easy, exchange->server, code,
						  exchange->detail, &response->error);
}

void exchange_free(struct exchange *exchange)
{
	curl_slist_free_all(STEAL(exchange->headers));
	curl_slist_free_all(STEAL(exchange->connect_to));
	http_response_free(&exchange->response);
}
