#include "agent/source/ask.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_ANSWER = 512 << 20, MOST_STEPS = 16 };

struct ask {
	const struct ask_settings *settings;
	struct inquiry inquiry;
	struct arena arena;         /* of the inquiry */
	struct api_request request; /* its body stays until the answer */
	struct http_transfer *transfer;
	ask_done *done;
	void *ctx;
};

static void drop(struct ask *ask)
{
	buf_free(&ask->request.path);
	buf_free(&ask->request.body);
	arena_free(&ask->arena);
	free(ask);
}

static void add_query(struct buf *path, const char *text)
{
	http_parameter(path);
	buf_puts(path, text);
}

/* Where followers may answer: reads of Consul's and Nomad's catalogs. */
static bool may_be_stale(const struct ask *ask)
{
	return ask->settings->max_stale_ms && !ask->inquiry.leader &&
	       strcmp(ask->settings->api->name, "Vault") != 0;
}

static int prepare(struct ask *ask, struct error *err)
{
	struct api_request *request = &ask->request;
	buf_clear(&request->path);
	buf_clear(&request->body);
	request->method = NULL;
	if (ask->settings->api->ask(&ask->inquiry, request, err) < 0)
		return -1;
	if (ask->settings->server->query)
		add_query(&request->path, ask->settings->server->query);
	if (may_be_stale(ask))
		add_query(&request->path, "stale");
	return 0;
}

static void answered(void *ctx, struct http_response *response);

static int send(struct ask *ask, struct error *err)
{
	if (prepare(ask, err) < 0)
		return -1;
	const struct http_request request = {
		.method = ask->request.method ? ask->request.method : "GET",
		.path = ask->request.path.data,
		.headers = ask->settings->server->headers,
		.body = ask->request.body.data,
		.body_len = ask->request.body.len,
		.body_limit = LARGEST_ANSWER,
		/* Consul adds up to a sixteenth to the time it waits. */
		.timeout_ms =
			ask->settings->server->settings->transport.answer_timeout_ms +
			(ask->inquiry.index ? ask->inquiry.wait_ms + ask->inquiry.wait_ms / 8 : 0),
	};
	ask->transfer = http_start(ask->settings->client, &request, answered, ask, err);
	return ask->transfer ? 0 : -1;
}

static bool is_too_old(const struct ask *ask, const struct http_response *response)
{
	auto_buf struct buf value = {0};
	const char *age = http_header(response, "X-Consul-LastContact", &value);
	if (!age)
		age = http_header(response, "X-Nomad-LastContact", &value);
	return may_be_stale(ask) && age && strtoull(age, NULL, 10) > ask->settings->max_stale_ms;
}

static void end(struct ask *ask, struct error *err, const struct http_response *response)
{
	const struct ask_end how = {err, response->failed, response->status >= 500};
	ask->done(ask->ctx, &ask->inquiry, &how);
	drop(ask);
}

static void answered(void *ctx, struct http_response *response)
{
	struct ask *ask = ctx;
	auto_error struct error err = {0};
	int status = 0;
	ask->transfer = NULL;
	if (!response->failed && is_too_old(ask, response)) {
		ask->inquiry.leader = true;
	} else {
		status = ask->settings->api->take(&ask->inquiry, response, &err);
		ask->inquiry.step++;
	}
	if (status == 0 && ask->inquiry.step >= MOST_STEPS)
		status = error_set(&err, "%s: an answer takes too many requests",
				   ask->inquiry.server);
	if (status == 0)
		status = send(ask, &err);
	if (status != 0 || error_is_set(&err))
		end(ask, status < 0 ? &err : NULL, response);
}

struct ask *ask_start(const struct ask_settings *settings, const struct inquiry *inquiry,
		      ask_done *done, void *ctx, struct error *err)
{
	struct ask *ask = mem_alloc(sizeof *ask);
	*ask = (struct ask){.settings = settings, .inquiry = *inquiry, .done = done, .ctx = ctx};
	ask->inquiry.server = settings->server->http.name;
	ask->inquiry.arena = &ask->arena;
	ask->inquiry.default_lease_s = settings->server->settings->default_lease_ms / 1000;
	if (send(ask, err) == 0)
		return ask;
	drop(ask);
	return NULL;
}

void ask_cancel(struct ask *ask)
{
	if (!ask)
		return;
	http_cancel(ask->transfer);
	drop(ask);
}
