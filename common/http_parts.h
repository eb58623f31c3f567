/* What http.c and exchange.c share, and what a protocol of its own over the same connection needs
 * (the engine's attach). `easy` is a CURL *. */
#ifndef FACTORY_COMMON_HTTP_PARTS_H
#define FACTORY_COMMON_HTTP_PARTS_H

#include "common/http.h"

#include <curl/curl.h>

/* Where to connect, how to verify, and the bounds; url is what follows the server's base. */
void http_apply_server(CURL *easy, const struct http_server *server, const char *path);

/* "can't reach NAME: REASON" after a failed connection, else "NAME: REASON". `detail` is libcurl's
 * error buffer. Returns errno of a connection that could not be made, else 0. */
int http_explain(CURL *easy, const struct http_server *server, CURLcode code, const char *detail,
		 struct error *err);

/* One request under way and what has come of it. */
struct exchange {
	CURL *easy; /* the owner's */
	const struct http_server *server;
	struct http_request request; /* without path and headers */
	struct curl_slist *headers, *connect_to;
	char detail[CURL_ERROR_SIZE];
	bool too_long, given_up, exhausted;
	struct http_response response;
};

void exchange_prepare(struct exchange *exchange, CURL *easy, const struct http_server *server,
		      const struct http_request *request);
/* Fills the response in after the transfer. */
void exchange_end(struct exchange *exchange, CURLcode code);
void exchange_free(struct exchange *exchange); /* the response too */

#endif
