/* Consul's kinds: common/consul.c knows their requests and answers, which the driver asks for too.
 * Here they get what watching needs: the index of an answer, and how long to wait for a newer one.
 */
#include "agent/source/api.h"
#include "common/consul.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"key",
				    "keys",
				    "tree",
				    "names",
				    "services",
				    "service",
				    "connect",
				    "nodes",
				    "node",
				    "datacenters",
				    "caRoots",
				    "caLeaf",
				    "partitions",
				    "peerings",
				    "exportedServices",
				    "importedServices",
				    NULL};

enum { POLL_S = 15 };

static bool is_blocking(const char *kind)
{
	return strcmp(kind, "datacenters") != 0 && strcmp(kind, "partitions") != 0;
}

static int ask(struct inquiry *inquiry, struct api_request *request, struct error *err)
{
	const struct want *want = inquiry->want;
	if (consul_path(&request->path, want, err) < 0)
		return -1;
	if (inquiry->index && is_blocking(want->kind)) {
		http_parameter(&request->path);
		buf_printf(&request->path, "index=%llu&wait=%ums",
			   (unsigned long long)inquiry->index, inquiry->wait_ms);
	}
	return 0;
}

static uint64_t index_of(const struct http_response *response)
{
	auto_buf struct buf value = {0};
	const char *text = http_header(response, "X-Consul-Index", &value);
	return text ? strtoull(text, NULL, 10) : 0;
}

static int take(struct inquiry *inquiry, struct http_response *response, struct error *err)
{
	const struct consul_target target = {.name = (char *)inquiry->server};
	const struct want *want = inquiry->want;
	if (consul_answer(inquiry->arena, &target, want->kind, want->name, response,
			  &inquiry->found, err) < 0)
		return -1;
	inquiry->index = is_blocking(want->kind) ? index_of(response) : 0;
	inquiry->again_s = is_blocking(want->kind) ? 0 : POLL_S;
	return 1;
}

const struct api api_consul = {"Consul", kinds, ask, take};
