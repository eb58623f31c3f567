/* Nomad's HTTP API (https://developer.hashicorp.com/nomad/api-docs): services and variables. */
#include "agent/source/api.h"
#include "common/json.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

enum { EXIT_VALUES = 8 };

static const struct nomad_kind {
	const char *kind, *path;
	bool named, prefix;
} known[] = {
	{"nomadServices", "/v1/services", false, false},
	{"nomadService", "/v1/service/", true, false},
	{"nomadVarList", "/v1/vars?prefix=", true, true},
	{"nomadVar", "/v1/var/", true, false},
};

static const char *const kinds[] = {"nomadServices", "nomadService", "nomadVarList", "nomadVar",
				    NULL};

static void add_query(struct buf *path, const char *text)
{
	buf_putc(path, strchr(path->data, '?') ? '&' : '?');
	http_escape(path, text, "=&");
}

static int ask(struct inquiry *inquiry, struct api_request *request, struct error *err)
{
	const struct want *want = inquiry->want;
	const struct nomad_kind *kind = known;
	(void)err;
	while (strcmp(kind->kind, want->kind) != 0)
		kind++;
	buf_puts(&request->path, kind->path);
	if (kind->named)
		http_escape(&request->path, want->name + (*want->name == '/'), "/");
	for (const char *const *arg = want->args; arg && *arg; arg++)
		add_query(&request->path, *arg);
	if (inquiry->index) {
		autofree char *wait = NULL;
		if (asprintf(&wait, "index=%llu&wait=%ums", (unsigned long long)inquiry->index,
			     inquiry->wait_ms) > 0)
			add_query(&request->path, wait);
	}
	return 0;
}

static uint64_t index_of(const struct http_response *response)
{
	auto_buf struct buf value = {0};
	const char *text = http_header(response, "X-Nomad-Index", &value);
	return text ? strtoull(text, NULL, 10) : 0;
}

static int fail(struct error *err)
{
	err->exit_code = EXIT_VALUES;
	return -1;
}

static int take(struct inquiry *inquiry, const struct http_response *response, struct error *err)
{
	if (response->failed) {
		error_set(err, "%s: start it, or name another (-nomad-addr, NOMAD_ADDR)",
			  response->error.message);
		return fail(err);
	}
	inquiry->index = index_of(response);
	if (response->status == 404)
		return 1;
	if (response->status != 200) {
		error_set(err, "%s refuses %s '%s' (%ld: %.*s)%s", inquiry->server,
			  inquiry->want->kind, inquiry->want->name, response->status,
			  (int)strcspn(buf_text(&response->body), "\r\n"),
			  buf_text(&response->body),
			  response->status == 403 ? ": NOMAD_TOKEN must allow reading" : "");
		return fail(err);
	}
	inquiry->found = json_parse(inquiry->arena, inquiry->server, buf_text(&response->body),
				    response->body.len, err);
	return inquiry->found ? 1 : fail(err);
}

const struct api api_nomad = {"Nomad", kinds, ask, take};
