#include "agent/source/source.h"
#include "agent/source/tls_address.h"
#include "common/consul.h"
#include "common/http.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>

enum { TIMEOUT_MS = 60000, LARGEST_ANSWER = 256 << 20 };

struct consul_source {
	struct source source; /* first: the two are one */
	struct consul_target target;
	struct http_server server;
	struct http_client *client; /* one connection, kept open */
	char *token_header;
};

static int get(struct source *source, const struct want *want, struct arena *arena,
	       struct value **found, struct error *err)
{
	struct consul_source *consul = (struct consul_source *)source;
	auto_buf struct buf path = {0};
	const char *headers[] = {consul->token_header, NULL};
	if (consul_path(&path, want, err) < 0)
		return -1;
	struct http_request request = {.method = "GET",
				       .path = path.data,
				       .headers = headers,
				       .body_limit = LARGEST_ANSWER,
				       .timeout_ms = TIMEOUT_MS};
	auto_response struct http_response response = {0};
	if (http_perform(consul->client, &request, &response, err) < 0) {
		response.failed = true;
		error_move(&response.error, err);
	}
	int status = consul_answer(arena, &consul->target, want->kind, want->name, &response, found,
				   err);
	return status;
}

static void release(struct source *source)
{
	struct consul_source *consul = (struct consul_source *)source;
	http_client_free(consul->client);
	consul_target_free(&consul->target);
	free(consul->token_header);
	free(consul);
}

struct source *source_consul(const char *address, const char *token, struct error *err)
{
	struct consul_source *consul = mem_alloc(sizeof *consul);
	consul->source = (struct source){.get = get, .free = release};
	if (consul_target_from(&consul->target, address, token, err) == 0) {
		consul_server(&consul->target, &consul->server);
		consul->server.on_tls = tls_check_address;
		consul->client = http_client_new(NULL, &consul->server, err);
	}
	if (consul->target.token)
		consul->token_header = mem_printf("X-Consul-Token: %s", consul->target.token);
	if (consul->client)
		return &consul->source;
	release(&consul->source);
	return NULL;
}
