#include "common/http.h"

#include "common/http_parts.h"
#include "common/memory.h"
#include "common/own.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct http_client {
	struct loop *loop; /* NULL: it only performs */
	struct http_server server;
	CURL *easy; /* for http_perform: it keeps its connection */
	struct http_transfer *running;
};

struct http_transfer {
	struct http_client *client;
	struct exchange exchange;
	http_done *done;
	void *ctx;
	struct http_transfer *next;
};

struct http_client *http_client_new(struct loop *loop, const struct http_server *server,
				    struct error *err)
{
	CURL *easy = curl_easy_init();
	if (!easy) {
		error_as(err, ERROR_RESOURCES, "libcurl can't be used: out of memory");
		return NULL;
	}
	struct http_client *client = mem_alloc(sizeof *client);
	*client = (struct http_client){.loop = loop, .server = *server, .easy = easy};
	return client;
}

void http_client_free(struct http_client *client)
{
	if (!client)
		return;
	while (client->running)
		http_cancel(client->running);
	curl_easy_cleanup(client->easy);
	free(client);
}

void http_response_free(struct http_response *response)
{
	buf_free(&response->body);
	buf_free(&response->headers);
	error_clear(&response->error);
}

int http_perform(struct http_client *client, const struct http_request *request,
		 struct http_response *response, struct error *err)
{
	struct exchange exchange;
	curl_easy_reset(client->easy);
	exchange_prepare(&exchange, client->easy, &client->server, request);
	exchange_end(&exchange, curl_easy_perform(client->easy));
	*response = exchange.response;
	exchange.response = (struct http_response){0};
	exchange_free(&exchange);
	if (!response->failed)
		return 0;
	error_move(err, &response->error);
	return -1;
}

static void unlink_transfer(struct http_transfer *transfer)
{
	struct http_transfer **at = &transfer->client->running;
	while (*at != transfer)
		at = &(*at)->next;
	*at = transfer->next;
}

void http_cancel(struct http_transfer *transfer)
{
	if (!transfer)
		return;
	unlink_transfer(transfer);
	loop_abandon(transfer->client->loop, transfer->exchange.easy);
	curl_easy_cleanup(transfer->exchange.easy);
	exchange_free(&transfer->exchange);
	free(transfer);
}

void http_resume(struct http_transfer *transfer)
{
	curl_easy_pause(transfer->exchange.easy, CURLPAUSE_CONT);
}

/* The transfer is gone before its owner is told, who may free the client then. */
static void finished(void *ctx, int code)
{
	struct http_transfer *transfer = ctx;
	exchange_end(&transfer->exchange, (CURLcode)code);
	struct http_response response = transfer->exchange.response;
	transfer->exchange.response = (struct http_response){0};
	http_done *done = transfer->done;
	void *done_ctx = transfer->ctx;
	http_cancel(transfer);
	done(done_ctx, &response);
	http_response_free(&response);
}

struct http_transfer *http_start(struct http_client *client, const struct http_request *request,
				 http_done *done, void *ctx, struct error *err)
{
	CURL *easy = mem_given(curl_easy_init());
	struct http_transfer *transfer = mem_alloc(sizeof *transfer);
	transfer->client = client;
	transfer->done = done;
	transfer->ctx = ctx;
	transfer->next = client->running;
	client->running = transfer;
	exchange_prepare(&transfer->exchange, easy, &client->server, request);
	if (loop_transfer(client->loop, easy, finished, transfer, err) == 0)
		return transfer;
	http_cancel(transfer);
	return NULL;
}

const char *http_header(const struct http_response *response, const char *name, struct buf *value)
{
	size_t len = strlen(name);
	const char *line = buf_text(&response->headers);
	for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
		if (strncasecmp(line, name, len) != 0 || line[len] != ':')
			continue;
		const char *from = line + len + 1;
		while (from < end && isspace((unsigned char)*from))
			from++;
		while (end > from && isspace((unsigned char)end[-1]))
			end--;
		buf_clear(value);
		buf_add(value, from, (size_t)(end - from));
		return buf_text(value);
	}
	return NULL;
}

void http_parameter(struct buf *path)
{
	buf_putc(path, path->len && memchr(path->data, '?', path->len) ? '&' : '?');
}

void http_escape(struct buf *out, const char *text, const char *keep)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (isalnum(c) || strchr("-._~", c) || strchr(keep, c))
			buf_putc(out, *text);
		else
			buf_printf(out, "%%%02X", c);
	}
}
