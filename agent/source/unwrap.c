#include "agent/source/server.h"

#include "common/json.h"
#include "common/own.h"

#include <string.h>

static const char header[] = "X-Vault-Token: ";

static int take_token(struct server *server, const struct http_response *response,
		      struct arena *arena, struct error *err)
{
	const struct value *reply = json_parse(arena, server->http.name, buf_text(&response->body),
					       response->body.len, err);
	const char *token = value_text(value_path(reply, "auth.client_token"));
	if (!token)
		token = value_text(value_path(reply, "data.token"));
	if (response->status != 200 || !token)
		return error_set(err,
				 "%s can't unwrap the token (%ld): it is used up, or no wrapped "
				 "one",
				 server->http.name, response->status);
	for (size_t i = 0; server->headers[i]; i++)
		if (strncmp(server->headers[i], header, sizeof header - 1) == 0)
			server->headers[i] = arena_printf(arena, "%s%s", header, token);
	return 0;
}

int server_unwrap(struct server *server, struct arena *arena, struct error *err)
{
	enum { TIMEOUT_MS = 30000 };
	const struct http_request request = {.method = "POST",
					     .path = "/v1/sys/wrapping/unwrap",
					     .headers = server->headers,
					     .timeout_ms = TIMEOUT_MS};
	struct http_client *client = http_client_new(NULL, &server->http, err);
	auto_response struct http_response response = {0};
	int status = client ? http_perform(client, &request, &response, err) : -1;
	if (status == 0)
		status = take_token(server, &response, arena, err);
	http_client_free(client);
	return status;
}
