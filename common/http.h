/* HTTP/1.1 over libcurl: to an engine's unix socket, to TCP, with TLS or without. */
#ifndef FACTORY_COMMON_HTTP_H
#define FACTORY_COMMON_HTTP_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a server is. All strings are the caller's and must outlive the client. */
struct http_server {
	const char *base;        /* "http://localhost", "https://host:2376"; no slash at the end */
	const char *unix_socket; /* path, or NULL for TCP */
	const char *ca_file, *cert_file, *key_file; /* PEM files or NULL */
	const char *ca_path;                        /* a directory of them, or NULL */
	const char *connect_to; /* "::HOST:PORT", where it is when that is not in `base`; or NULL */
	bool insecure;          /* don't verify the server's certificate */
	bool fresh;             /* a connection for each request */
	uint32_t connect_ms;    /* for connecting; 0: 10 s */
	uint32_t keep_alive_ms; /* between probes of an idle connection; 0: as the system does */
	/* Prepares the TLS library's own context (CURLOPT_SSL_CTX_FUNCTION; server: this struct),
	 * or NULL. Returns CURLE_OK. */
	int (*on_tls)(void *easy, void *context, void *server);
	const char *name; /* what errors call it, "the engine at unix:///..." */
};

struct http_client; /* keeps connections open between requests */

/* NULL on failure. `loop` may be NULL for a client that only performs (blocking). */
struct http_client *http_client_new(struct loop *loop, const struct http_server *server,
				    struct error *err);
void http_client_free(struct http_client *client);

/* What a callback of a body says that can't go on now: http_resume calls it again. */
enum { HTTP_WAIT = -2 };

struct http_request {
	const char *method;         /* "GET", "POST"... */
	const char *path;           /* "/v1/kv/x?recurse", already escaped */
	const char *const *headers; /* "Name: value", NULL-terminated; may be NULL */
	const void *body;           /* must stay until the answer; may be NULL */
	size_t body_len;
	/* Streams a body instead: returns bytes written to `into` (0: the end, -1: abort, or
	 * HTTP_WAIT). */
	long (*read_body)(void *ctx, char *into, size_t room);
	/* Takes the answer piece by piece instead of collecting it (only for 2xx); -1 aborts;
	 * HTTP_WAIT: it took nothing, and wants the same again. Neither of the two may start,
	 * cancel or resume requests. */
	int (*write_body)(void *ctx, const char *data, size_t len);
	/* The answer's first line has come. May not start or cancel requests either. */
	void (*begun)(void *ctx);
	void *ctx; /* for these */
	bool once; /* not again on another connection when an old one proves dead: it may have been
		    * done */
	size_t body_limit;   /* most bytes of an answer that are collected; 0: 64 MiB */
	uint64_t timeout_ms; /* 0: none (a pull may take long); connecting is bounded by 10 s */
};

struct http_response {
	long status;
	struct buf body;    /* collected answer */
	struct buf headers; /* raw header lines */
	bool failed;        /* no answer came: `error` says why; the status is 0 */
	struct error error;
	int os_error; /* errno of a connection that could not be made, else 0 */
};
void http_response_free(struct http_response *response);

/* A header's value, or NULL; valid until the next call with the same buffer. Case-insensitive. */
const char *http_header(const struct http_response *response, const char *name, struct buf *value);

/* Blocks until the answer is there. -1 only where no answer came; a 404 is an answer. */
int http_perform(struct http_client *client, const struct http_request *request,
		 struct http_response *response, struct error *err);

/* Starts a request on the client's loop; `done` is called once, from loop_turn, with a response it
 * may take things from (it is freed afterwards). The request struct is copied, what it points to
 * (path and headers excepted, which are copied) must stay. Returns NULL with err set when it could
 * not start. The handle is valid until done was called. */
struct http_transfer;
typedef void http_done(void *ctx, struct http_response *response);
struct http_transfer *http_start(struct http_client *client, const struct http_request *request,
				 http_done *done, void *ctx, struct error *err);
void http_cancel(struct http_transfer *transfer); /* done is not called */
/* Goes on with one that waits. Its callbacks may be called within. */
void http_resume(struct http_transfer *transfer);

/* Appends what stands before one more parameter of a path's query: "?", or "&" behind another. */
void http_parameter(struct buf *path);

/* Appends text percent-encoded (RFC 3986); characters in `keep` stay ("/" for a path). */
void http_escape(struct buf *out, const char *text, const char *keep);

#endif
