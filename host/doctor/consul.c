#include "common/consul.h"

#include "common/own.h"
#include "host/doctor/checks.h"

#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 3000 };

static const char away[] = "start Consul, or name another with --consul or CONSUL_HTTP_ADDR; "
			   "`kv:` in a manifest and --kv need none";

static void tell_answer(struct doctor *doctor, const struct consul_target *target,
			const struct http_response *response)
{
	const char *leader = buf_text(&response->body);
	if (response->status == 403)
		doctor_add(doctor, "consul", DOCTOR_FAIL, "set CONSUL_HTTP_TOKEN",
			   "%s wants a token", target->name);
	else if (response->status != 200)
		doctor_add(doctor, "consul", DOCTOR_FAIL, away, "%s answers with status %ld",
			   target->name, response->status);
	else if (strlen(leader) <= strlen("\"\""))
		doctor_add(doctor, "consul", DOCTOR_FAIL,
			   "wait until its servers have elected one, or look at their log",
			   "%s has no leader", target->name);
	else
		doctor_add(doctor, "consul", DOCTOR_OK, NULL, "%s answers", target->name);
}

static int ask(struct doctor *doctor, const struct consul_target *target, struct error *err)
{
	struct http_server server = {0};
	struct http_request request = {
		.method = "GET", .path = "/v1/status/leader", .timeout_ms = PATIENCE_MS};
	auto_response struct http_response response = {0};
	consul_server(target, &server);
	server.connect_ms = PATIENCE_MS;
	struct http_client *client = http_client_new(NULL, &server, err);
	int status = client ? http_perform(client, &request, &response, err) : -1;
	if (status == 0)
		tell_answer(doctor, target, &response);
	http_client_free(client);
	return status;
}

void doctor_consul(struct doctor *doctor)
{
	const char *environment = getenv("CONSUL_HTTP_ADDR");
	struct consul_target target = {0};
	auto_error struct error err = {0};
	if (!doctor->consul && !(environment && *environment))
		return;
	if (consul_target_from(&target, doctor->consul, NULL, &err) < 0 ||
	    ask(doctor, &target, &err) < 0)
		doctor_add_error(doctor, "consul", away, &err);
	consul_target_free(&target);
}
