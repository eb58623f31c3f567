#include "host/fleet/ask.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>

enum { CONNECT_MS = 3000, MOST_BYTES = 16 << 20 };

struct fleet_ask {
	struct fleet_ask *next;
	struct fleet_consul *consul;
	struct fleet_question question;
	fleet_answered *answered;
	void *ctx;
	struct http_transfer *transfer; /* NULL: it could not begin */
	uint32_t timer;                 /* then: until that is told */
	struct error failure;
};

int fleet_consul_open(struct fleet_consul *consul, const struct consul_target *target,
		      struct loop *loop, struct error *err)
{
	*consul = (struct fleet_consul){.target = target, .loop = loop};
	consul_server(target, &consul->server);
	consul->server.connect_ms = CONNECT_MS;
	if (target->token)
		consul->token = mem_printf("X-Consul-Token: %s", target->token);
	consul->client = http_client_new(loop, &consul->server, err);
	return consul->client ? 0 : -1;
}

static struct http_request request_of(const struct fleet_question *question,
				      const char *const *headers)
{
	bool reads = question->asks == FLEET_ASKS_VIEW;
	return (struct http_request){.method = reads ? "GET" : "PUT",
				     .path = buf_text(&question->path),
				     .headers = headers,
				     .body = reads ? NULL : buf_text(&question->body),
				     .body_len = question->body.len,
				     .body_limit = MOST_BYTES,
				     .timeout_ms = question->patience_ms};
}

enum fleet_reply fleet_ask_now(struct fleet_consul *consul, const struct fleet_question *question,
			       struct http_response *response, struct error *err)
{
	const char *const headers[] = {consul->token, NULL};
	const struct http_request request = request_of(question, headers);
	auto_error struct error failure = {0};
	if (http_perform(consul->client, &request, response, &failure) < 0) {
		response->failed = true;
		error_move(&response->error, &failure);
	}
	return fleet_reply(question->asks, consul->target, response, err);
}

static void ask_free(struct fleet_ask *ask)
{
	struct fleet_ask **at = &ask->consul->asks;
	while (*at != ask)
		at = &(*at)->next;
	*at = ask->next;
	fleet_question_free(&ask->question);
	error_clear(&ask->failure);
	free(ask);
}

static void tell(struct fleet_ask *ask, const struct http_response *response)
{
	auto_error struct error err = {0};
	enum fleet_reply reply =
		fleet_reply(ask->question.asks, ask->consul->target, response, &err);
	fleet_answered *answered = ask->answered;
	void *ctx = ask->ctx;
	ask_free(ask);
	answered(ctx, reply, response, &err);
}

static void on_replied(void *ctx, struct http_response *response)
{
	tell(ctx, response);
}

static void on_failed(void *ctx)
{
	struct fleet_ask *ask = ctx;
	auto_response struct http_response response = {.failed = true};
	error_move(&response.error, &ask->failure);
	tell(ask, &response);
}

struct fleet_ask *fleet_ask(struct fleet_consul *consul, struct fleet_question *question,
			    fleet_answered *answered, void *ctx)
{
	struct fleet_ask *ask = mem_alloc(sizeof *ask);
	const char *const headers[] = {consul->token, NULL};
	ask->consul = consul;
	ask->question = *question;
	ask->answered = answered;
	ask->ctx = ctx;
	ask->next = consul->asks;
	consul->asks = ask;
	*question = (struct fleet_question){0};
	const struct http_request request = request_of(&ask->question, headers);
	ask->transfer = http_start(consul->client, &request, on_replied, ask, &ask->failure);
	if (!ask->transfer)
		ask->timer = loop_after(consul->loop, 0, on_failed, ask);
	return ask;
}

void fleet_ask_cancel(struct fleet_ask *ask)
{
	if (!ask)
		return;
	if (ask->transfer)
		http_cancel(ask->transfer);
	loop_cancel(ask->consul->loop, ask->timer);
	ask_free(ask);
}

void fleet_consul_close(struct fleet_consul *consul)
{
	while (consul->asks)
		fleet_ask_cancel(consul->asks);
	http_client_free(consul->client);
	free(consul->token);
	*consul = (struct fleet_consul){0};
}
