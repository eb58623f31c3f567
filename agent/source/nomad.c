/* Nomad's HTTP API (https://developer.hashicorp.com/nomad/api-docs).
 *
 * Shapes of answers; the want's args are query parameters ("namespace=x", "region=y",
 * "choose=..."): nomadServices  -> [{"Namespace","Services":[{"ServiceName","Tags"}]}], as the
 * API's JSON nomadService   name "web" -> list of instances, as the API's JSON nomadVarList   name
 * is a prefix -> list of metadata, as the API's JSON nomadVar       name "path/of/it" -> the
 * variable, as the API's JSON; missing: NULL */
#include "agent/source/api.h"
#include "common/json.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

enum {
	EXIT_VALUES = 8,
	AGAIN_S = 15, /* where a reply has no index, as consul-template has it */
};

static int fail(struct error *err)
{
	err->exit_code = EXIT_VALUES;
	return -1;
}

/* --- what is asked --- */

static const struct endpoint {
	const char *kind, *path;
	bool named, prefixed;
} endpoints[] = {
	{"nomadServices", "/v1/services", false, false},
	{"nomadService", "/v1/service/", true, false},
	{"nomadVarList", "/v1/vars", false, true},
	{"nomadVar", "/v1/var/", true, false},
};

static const char *const kinds[] = {"nomadServices", "nomadService", "nomadVarList", "nomadVar",
				    NULL};

static const struct endpoint *endpoint_of(const struct inquiry *inquiry)
{
	size_t at = 0;
	while (at < COUNT_OF(endpoints) - 1 && strcmp(endpoints[at].kind, inquiry->want->kind) != 0)
		at++;
	return &endpoints[at];
}

static void add_parameter(struct buf *path, const char *name, size_t len, const char *value)
{
	http_parameter(path);
	buf_add(path, name, len);
	buf_putc(path, '=');
	http_escape(path, value, "");
}

static void add_arguments(struct buf *path, const char *const *args)
{
	for (; args && *args; args++) {
		size_t len = strcspn(*args, "=");
		add_parameter(path, *args, len, *args + len + ((*args)[len] == '='));
	}
}

/* What the environment says of where things are, unless the want does. */
static void add_defaults(struct buf *path, const char *const *args)
{
	static const struct {
		const char *parameter, *variable;
	} defaults[] = {{"namespace=", "NOMAD_NAMESPACE"}, {"region=", "NOMAD_REGION"}};
	for (size_t i = 0; i < COUNT_OF(defaults); i++) {
		const char *value = getenv(defaults[i].variable);
		size_t len = strlen(defaults[i].parameter);
		bool given = false;
		for (const char *const *arg = args; arg && *arg; arg++)
			given = given || strncmp(*arg, defaults[i].parameter, len) == 0;
		if (!given && value && *value)
			add_parameter(path, defaults[i].parameter, len - 1, value);
	}
}

static int ask(struct inquiry *inquiry, struct api_request *request, struct error *err)
{
	const struct want *want = inquiry->want;
	const struct endpoint *endpoint = endpoint_of(inquiry);
	struct buf *path = &request->path;
	buf_puts(path, endpoint->path);
	if (endpoint->named && !*want->name) {
		error_set(err, "Nomad: a %s needs a name", want->kind);
		return fail(err);
	}
	if (endpoint->named)
		http_escape(path, want->name, "/");
	if (endpoint->prefixed && *want->name)
		add_parameter(path, "prefix", strlen("prefix"), want->name);
	add_arguments(path, want->args);
	add_defaults(path, want->args);
	if (inquiry->index) {
		http_parameter(path);
		buf_printf(path, "index=%llu&wait=%ums", (unsigned long long)inquiry->index,
			   inquiry->wait_ms);
	}
	return 0;
}

/* --- what the reply means --- */

static int refuse(const struct inquiry *inquiry, const struct http_response *response,
		  struct error *err)
{
	const char *body = buf_text(&response->body);
	int len = (int)strcspn(body, "\r\n");
	const char *advice = "see Nomad's log";
	if (response->status == 403 || response->status == 401)
		advice = "NOMAD_TOKEN must be valid and allow reading this";
	else if (response->status == 400 || response->status == 404)
		advice = "does this Nomad know that?";
	error_set(err, "Nomad answered for %s \"%s\" with status %ld: %.*s (%s)",
		  inquiry->want->kind, inquiry->want->name, response->status, len, body, advice);
	return fail(err);
}

static void take_index(struct inquiry *inquiry, const struct http_response *response)
{
	auto_buf struct buf text = {0};
	const char *index = http_header(response, "X-Nomad-Index", &text);
	inquiry->index = index ? strtoull(index, NULL, 10) : 0;
	inquiry->again_s = inquiry->index ? 0 : AGAIN_S;
}

static int take(struct inquiry *inquiry, struct http_response *response, struct error *err)
{
	const struct endpoint *endpoint = endpoint_of(inquiry);
	bool is_one = strcmp(endpoint->kind, "nomadVar") == 0;
	enum value_kind expected = is_one ? VALUE_MAP : VALUE_LIST;
	inquiry->found = NULL;
	if (response->failed) {
		error_set(err, "%s: start it, or name another (NOMAD_ADDR)",
			  response->error.message);
		return fail(err);
	}
	take_index(inquiry, response);
	if (response->status == 404 && is_one)
		return 1;
	if (response->status != 200)
		return refuse(inquiry, response, err);
	struct value *reply = json_parse(inquiry->arena, "Nomad's answer",
					 buf_text(&response->body), response->body.len, err);
	if (!reply)
		return fail(err);
	if (!is_one && reply->kind == VALUE_NULL)
		reply = value_list(inquiry->arena);
	if (!value_is(reply, expected)) {
		error_set(err, "Nomad's answer for %s \"%s\" is a %s: is something else listening?",
			  inquiry->want->kind, inquiry->want->name, value_kind_name(reply->kind));
		return fail(err);
	}
	inquiry->found = reply;
	return 1;
}

const struct api api_nomad = {.name = "Nomad", .kinds = kinds, .ask = ask, .take = take};
