/* Vault's HTTP API (https://developer.hashicorp.com/vault/api-docs). A secret's path says nothing
 * about the engine behind it: the mount is asked for first, for version 2 of the key/value store
 * has "data/" or "metadata/" in its paths. */
#include "agent/source/api.h"
#include "common/json.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_VALUES = 8, DEFAULT_LEASE_S = 300, LEAST_S = 1, RENEW_LATER_S = 3600 };

static const char *const kinds[] = {"secret", "secrets", "pki", "token", NULL};

/* What the first step has found out. */
struct mount {
	const char *path; /* "secret/" or NULL: unknown, then it is used as it is written */
	bool version_2;
};

static bool is(const struct inquiry *inquiry, const char *kind)
{
	return strcmp(inquiry->want->kind, kind) == 0;
}

static bool asks_for_mount(const struct inquiry *inquiry)
{
	return inquiry->step == 0 && (is(inquiry, "secret") || is(inquiry, "secrets"));
}

/* "secret/app?version=2" has a query of its own. */
static size_t path_len(const char *path)
{
	return strcspn(path, "?");
}

static const char *path_of(const struct inquiry *inquiry)
{
	const char *path = inquiry->want->name;
	return path + (*path == '/');
}

/* --- requests --- */

static void add_escaped(struct buf *out, const char *path, size_t len)
{
	autofree char *part = strndup(path, len);
	http_escape(out, part, "/");
}

/* With what version 2 puts between the mount and the rest, unless it is there already. */
static void add_path(struct buf *out, const struct inquiry *inquiry, const char *between)
{
	const struct mount *mount = inquiry->state;
	const char *path = path_of(inquiry);
	size_t len = path_len(path), head = mount && mount->path ? strlen(mount->path) : 0;
	buf_puts(out, "/v1/");
	if (!mount || !mount->version_2 || strncmp(path, mount->path, head) != 0 ||
	    strncmp(path + head, between, strlen(between)) == 0)
		head = 0;
	add_escaped(out, path, head);
	if (head)
		buf_puts(out, between);
	add_escaped(out, path + head, len - head);
	buf_puts(out, path + len);
}

static void add_json_pairs(struct buf *out, const char *const *args)
{
	buf_putc(out, '{');
	for (const char *const *arg = args; *arg; arg++) {
		const char *equals = strchr(*arg, '=');
		size_t len = equals ? (size_t)(equals - *arg) : strlen(*arg);
		if (arg != args)
			buf_putc(out, ',');
		json_write_string(out, *arg, len);
		buf_putc(out, ':');
		json_write_string(out, equals ? equals + 1 : "", equals ? strlen(equals + 1) : 0);
	}
	buf_putc(out, '}');
}

static void write_secret(struct inquiry *inquiry, struct api_request *request)
{
	const struct mount *mount = inquiry->state;
	bool wrapped = mount && mount->version_2;
	request->method = "PUT";
	buf_puts(&request->body, wrapped ? "{\"data\":" : "");
	add_json_pairs(&request->body, inquiry->want->args);
	buf_puts(&request->body, wrapped ? "}" : "");
}

static int ask(struct inquiry *inquiry, struct api_request *request, struct error *err)
{
	const char *const *args = inquiry->want->args;
	(void)err;
	if (asks_for_mount(inquiry)) {
		buf_puts(&request->path, "/v1/sys/internal/ui/mounts/");
		add_escaped(&request->path, path_of(inquiry), path_len(path_of(inquiry)));
		return 0;
	}
	if (is(inquiry, "token")) {
		request->method = "PUT";
		buf_puts(&request->path, "/v1/auth/token/renew-self");
		buf_puts(&request->body, "{}");
		return 0;
	}
	add_path(&request->path, inquiry, is(inquiry, "secrets") ? "metadata/" : "data/");
	if (is(inquiry, "secrets")) {
		buf_putc(&request->path, strchr(request->path.data, '?') ? '&' : '?');
		buf_puts(&request->path, "list=true");
	} else if (args && *args) {
		write_secret(inquiry, request);
	}
	return 0;
}

/* --- replies --- */

/* A server that is too old to know, or a token that may not: version 1. */
static void take_mount(struct inquiry *inquiry, const struct value *reply)
{
	const struct value *data = value_get(reply, "data");
	const char *version = value_text(value_get(value_get(data, "options"), "version"));
	struct mount *mount = arena_alloc(inquiry->arena, sizeof *mount);
	mount->path = value_text(value_get(data, "path"));
	mount->version_2 = mount->path && version && strcmp(version, "2") == 0;
	inquiry->state = mount;
}

static int refuse(const struct inquiry *inquiry, const struct http_response *response,
		  const struct value *reply, struct error *err)
{
	const struct value *errors = value_get(reply, "errors");
	auto_buf struct buf why = {0};
	for (size_t i = 0; value_is(errors, VALUE_LIST) && i < errors->list.len; i++) {
		const char *text = value_text(errors->list.items[i]);
		size_t len = text ? strlen(text) : 0;
		while (len && (text[len - 1] == '\n' || text[len - 1] == '\t'))
			len--;
		buf_printf(&why, "%s%.*s", i ? "; " : "", (int)len, text ? text : "");
	}
	error_set(err, "%s refuses %s '%s' (%ld%s%s)%s", inquiry->server, inquiry->want->kind,
		  inquiry->want->name, response->status, why.len ? ": " : "", buf_text(&why),
		  response->status == 403   ? ": VAULT_TOKEN must allow it"
		  : response->status == 503 ? ": is it sealed?"
					    : "");
	err->exit_code = EXIT_VALUES;
	return -1;
}

static int64_t number_at(const struct value *reply, const char *path)
{
	const struct value *found = value_path(reply, path);
	return value_is(found, VALUE_INT) ? found->integer : 0;
}

/* Two thirds of a lease; nine tenths of a certificate's time. */
static uint32_t again_after(const struct inquiry *inquiry, const struct value *reply)
{
	int64_t lease = number_at(reply, "lease_duration");
	int64_t expires = number_at(reply, "data.expiration");
	int64_t after = lease > 0 ? lease * 2 / 3 : inquiry->default_lease_s;
	if (is(inquiry, "token"))
		after = number_at(reply, "auth.lease_duration") * 2 / 3;
	if (is(inquiry, "token") && !after)
		after = RENEW_LATER_S;
	else if (expires)
		after = (expires - (int64_t)time(NULL)) * 9 / 10;
	if (!after)
		after = DEFAULT_LEASE_S;
	return after < LEAST_S             ? LEAST_S
	       : after > UINT32_MAX / 1000 ? UINT32_MAX / 1000
					   : (uint32_t)after;
}

static int take_found(struct inquiry *inquiry, const struct http_response *response,
		      struct value *reply, struct error *err)
{
	/* A token that can't be renewed is told by Vault when it has ended. */
	if (is(inquiry, "token") && response->status != 200) {
		inquiry->again_s = RENEW_LATER_S;
		return 1;
	}
	if (response->status == 404) {
		inquiry->again_s =
			inquiry->default_lease_s ? inquiry->default_lease_s : DEFAULT_LEASE_S;
		return 1;
	}
	if (response->status != 200 && response->status != 204)
		return refuse(inquiry, response, reply, err);
	inquiry->found = reply ? reply : value_map(inquiry->arena);
	inquiry->again_s = again_after(inquiry, reply);
	return 1;
}

static int take(struct inquiry *inquiry, const struct http_response *response, struct error *err)
{
	auto_error struct error ignored = {0};
	struct value *reply = NULL;
	if (response->failed) {
		error_set(err, "%s: start it, or name another (-vault-addr, VAULT_ADDR)",
			  response->error.message);
		err->exit_code = EXIT_VALUES;
		return -1;
	}
	if (response->body.len)
		reply = json_parse(inquiry->arena, inquiry->server, buf_text(&response->body),
				   response->body.len, &ignored);
	if (!reply && response->body.len && response->status == 200) {
		error_set(err, "%s: is it Vault?", ignored.message);
		err->exit_code = EXIT_VALUES;
		return -1;
	}
	if (!asks_for_mount(inquiry))
		return take_found(inquiry, response, reply, err);
	take_mount(inquiry, response->status == 200 ? reply : NULL);
	return 0;
}

const struct api api_vault = {"Vault", kinds, ask, take};
