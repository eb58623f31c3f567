/* Vault's HTTP API (https://developer.hashicorp.com/vault/api-docs).
 *
 * Shapes of answers:
 *   secret   name "kv/app?version=2" -> the reply's JSON, decoded; with args (even none): a write
 *   secrets  name "kv" -> list of names; what lies below one has a slash behind it
 *   pki      name "pki/issue/role" -> {"Cert","Key","CA","CAChain"}, PEM; always a write */
#include "agent/source/api.h"
#include "common/json.h"
#include "common/own.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

enum {
	EXIT_VALUES = 8,
	TOKEN_LATER_S = 3600,
	DEFAULT_LEASE_S = 300, /* of what has no lease, as consul-template has it */
	LONGEST_S = 366 * 24 * 3600,
};

/* What the first request found out. */
struct vault_state {
	const char *mount; /* "kv/", of a KV mount of version 2; or NULL */
};

static int fail(struct error *err)
{
	err->exit_code = EXIT_VALUES;
	return -1;
}

static bool is_kind(const struct inquiry *inquiry, const char *kind)
{
	return strcmp(inquiry->want->kind, kind) == 0;
}

static bool is_write(const struct inquiry *inquiry)
{
	return inquiry->want->args || is_kind(inquiry, "pki");
}

/* --- what is asked --- */

/* The name up to its query, without slashes and spaces around it. */
static char *path_of(const struct inquiry *inquiry)
{
	const char *name = inquiry->want->name;
	name += strspn(name, " /");
	size_t len = strcspn(name, "?");
	while (len && strchr(" /", name[len - 1]))
		len--;
	return arena_strndup(inquiry->arena, name, len);
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* In a KV mount of version 2 secrets are below data/ and their names below metadata/; who wrote
 * one of these, has them already. */
static const char *versioned(const struct inquiry *inquiry, const char *mount, const char *path)
{
	const char *part = is_kind(inquiry, "secrets") ? "metadata" : "data";
	size_t len = strlen(mount);
	const char *rest = path;
	if (starts_with(path, mount))
		rest = path + len;
	else if (len && strlen(path) == len - 1 && starts_with(mount, path))
		rest = "";
	if (starts_with(rest, "metadata/") || starts_with(rest, "data/") ||
	    strcmp(rest, "metadata") == 0)
		return path;
	return arena_printf(inquiry->arena, "%s%s%s%s", mount, part, *rest ? "/" : "", rest);
}

/* "key=value" each, both without the spaces around them. */
static int write_body(struct inquiry *inquiry, struct buf *body, struct error *err)
{
	struct value *map = value_map(inquiry->arena);
	for (const char *const *arg = inquiry->want->args; arg && *arg; arg++) {
		const char *name = *arg + strspn(*arg, " "), *equals = strchr(name, '=');
		if (!equals) {
			error_set(err, "Vault: \"%s\" is no \"key=value\"", *arg);
			return fail(err);
		}
		const char *text = equals + 1 + strspn(equals + 1, " ");
		size_t name_len = (size_t)(equals - name), len = strlen(text);
		while (name_len && name[name_len - 1] == ' ')
			name_len--;
		while (len && text[len - 1] == ' ')
			len--;
		value_setn(inquiry->arena, map, name, name_len,
			   value_stringn(inquiry->arena, text, len));
	}
	json_write(body, map);
	return 0;
}

static void read_path(struct inquiry *inquiry, const char *path, struct buf *out)
{
	const struct vault_state *state = inquiry->state;
	const char *query = strchr(inquiry->want->name, '?');
	if (state && state->mount)
		path = versioned(inquiry, state->mount, path);
	http_escape(out, path, "/");
	if (is_kind(inquiry, "secrets"))
		buf_puts(out, "?list=true");
	else if (query && query[1]) {
		buf_putc(out, '?');
		http_escape(out, query + 1, "=&");
	}
}

static int ask(struct inquiry *inquiry, struct api_request *request, struct error *err)
{
	const char *path = path_of(inquiry);
	if (is_kind(inquiry, "token")) {
		request->method = "PUT";
		buf_puts(&request->path, "/v1/auth/token/renew-self");
		buf_puts(&request->body, "{}");
		return 0;
	}
	if (!*path) {
		error_set(err, "Vault: \"%s\" is no path", inquiry->want->name);
		return fail(err);
	}
	buf_puts(&request->path, "/v1/");
	if (is_write(inquiry)) {
		request->method = "PUT";
		http_escape(&request->path, path, "/");
		return write_body(inquiry, &request->body, err);
	}
	if (inquiry->step == 0) {
		buf_puts(&request->path, "sys/internal/ui/mounts/");
		http_escape(&request->path, path, "/");
	} else {
		read_path(inquiry, path, &request->path);
	}
	return 0;
}

/* --- what the reply means --- */

static struct value *parse(const struct inquiry *inquiry, const struct http_response *response,
			   struct error *err)
{
	struct value *reply = json_parse(inquiry->arena, "Vault's answer",
					 buf_text(&response->body), response->body.len, err);
	if (reply && reply->kind != VALUE_MAP) {
		error_set(err,
			  "Vault's answer for \"%s\" is a %s: is something else listening there?",
			  inquiry->want->name, value_kind_name(reply->kind));
		reply = NULL;
	}
	if (!reply)
		fail(err);
	return reply;
}

/* {"errors":["...", ...]}, or the text itself. */
static const char *said(const struct inquiry *inquiry, const struct http_response *response)
{
	auto_error struct error ignored = {0};
	auto_buf struct buf text = {0};
	const char *body = buf_text(&response->body);
	const struct value *reply =
		json_parse(inquiry->arena, "", body, response->body.len, &ignored);
	const struct value *errors = value_get(reply, "errors");
	for (size_t i = 0; value_is(errors, VALUE_LIST) && i < errors->list.len; i++) {
		const char *one = value_text(errors->list.items[i]);
		buf_printf(&text, "%s%s", text.len ? "; " : "", one ? one : "");
	}
	if (!text.len)
		buf_add(&text, body, strcspn(body, "\r\n"));
	for (size_t i = 0; i < text.len; i++)
		if (iscntrl((unsigned char)text.data[i]))
			text.data[i] = ' ';
	return arena_strndup(inquiry->arena, buf_text(&text), text.len);
}

static int refuse(const struct inquiry *inquiry, const struct http_response *response,
		  struct error *err)
{
	static const struct {
		long status;
		const char *advice;
	} known[] = {
		{400, "look at the path and its parameters"},
		{403, "VAULT_TOKEN must be valid and its policies must allow this"},
		{429, "this is a standby node, or Vault is asked too often"},
		{472, "this is a recovery secondary: ask the primary"},
		{473, "this is a standby node: ask the active one"},
		{503, "is Vault sealed, or being maintained? Unseal it"},
	};
	const char *advice = "see Vault's log", *name = inquiry->want->name;
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (known[i].status == response->status)
			advice = known[i].advice;
	error_set(err, "Vault answered for \"%s\" with status %ld: %s (%s)", name, response->status,
		  said(inquiry, response), advice);
	return fail(err);
}

/* Which mount the path is in. Old servers don't tell, nor do they those without rights: then the
 * path is taken as it is, and the next request shows whether that was right. */
static int take_mount(struct inquiry *inquiry, const struct http_response *response,
		      struct error *err)
{
	struct vault_state *state = arena_alloc(inquiry->arena, sizeof *state);
	inquiry->state = state;
	if (response->status == 503)
		return refuse(inquiry, response, err);
	if (response->status != 200)
		return 0;
	const struct value *reply = parse(inquiry, response, err);
	if (!reply)
		return -1;
	const char *version = value_text(value_path(reply, "data.options.version"));
	const char *type = value_text(value_path(reply, "data.type"));
	const char *mount = value_text(value_path(reply, "data.path"));
	if (version && strcmp(version, "2") == 0 && type && strcmp(type, "kv") == 0 && mount)
		state->mount = mount;
	return 0;
}

static int64_t number(const struct value *map, const char *path)
{
	const struct value *value = value_path(map, path);
	return value_is(value, VALUE_INT) ? value->integer : 0;
}

static uint32_t bounded(int64_t seconds)
{
	if (seconds > LONGEST_S)
		return LONGEST_S;
	return seconds > 1 ? (uint32_t)seconds : 1;
}

/* Seconds from now, at least 1. */
static int64_t until(int64_t expiration)
{
	int64_t left = expiration - (int64_t)time(NULL);
	return left > 1 ? left : 1;
}

static uint32_t lease_of(const struct inquiry *inquiry)
{
	return inquiry->default_lease_s ? inquiry->default_lease_s : DEFAULT_LEASE_S;
}

/* What has a lease, an end or a rotation of its own is asked for again before that. */
static uint32_t again_of(const struct inquiry *inquiry, const struct value *reply)
{
	const struct value *auth = value_get(reply, "auth"), *data = value_get(reply, "data");
	const char *lease = value_text(value_get(reply, "lease_id"));
	bool leased = lease && *lease;
	const struct value *renewable =
		value_get(value_is(auth, VALUE_MAP) ? auth : reply, "renewable");
	int64_t base = number(reply, "lease_duration");
	if (number(auth, "lease_duration") > 0)
		base = number(auth, "lease_duration");
	if (!leased && value_get(data, "rotation_period") && value_get(data, "ttl"))
		return bounded(number(data, "ttl") + 1);
	if (!leased && value_get(data, "certificate") && number(data, "expiration") > 0)
		base = until(number(data, "expiration"));
	if (!leased && value_get(data, "secret_id") && number(data, "secret_id_ttl") > 0)
		base = number(data, "secret_id_ttl") + 1;
	if (base <= 0)
		base = lease_of(inquiry);
	if (base > LONGEST_S)
		base = LONGEST_S;
	bool renews = value_is(renewable, VALUE_BOOL) && renewable->boolean;
	return bounded(renews ? base * 2 / 3 : base * 9 / 10);
}

/* A deleted version of a secret has metadata still. */
static bool is_deleted(const struct inquiry *inquiry, const struct value *reply)
{
	const struct vault_state *state = inquiry->state;
	const struct value *data = value_get(reply, "data"), *inner = value_get(data, "data");
	return state && state->mount && value_get(data, "metadata") && inner &&
	       inner->kind == VALUE_NULL;
}

static int take_secret(struct inquiry *inquiry, struct value *reply)
{
	inquiry->again_s = again_of(inquiry, reply);
	inquiry->found = is_deleted(inquiry, reply) ? NULL : reply;
	return 1;
}

static int take_names(struct inquiry *inquiry, struct value *reply, struct error *err)
{
	const struct value *keys = value_path(reply, "data.keys");
	inquiry->again_s = lease_of(inquiry);
	inquiry->found = value_list(inquiry->arena);
	for (size_t i = 0; value_is(keys, VALUE_LIST) && i < keys->list.len; i++) {
		if (!value_is(keys->list.items[i], VALUE_STRING)) {
			error_set(err, "Vault's list of \"%s\" has what is no name",
				  inquiry->want->name);
			return fail(err);
		}
		value_append(inquiry->arena, inquiry->found, keys->list.items[i]);
	}
	return 1;
}

/* PEM as it stands in a file: with a line's end. */
static struct value *pem(struct arena *arena, const struct value *from)
{
	const char *text = value_text(from);
	size_t len = text ? from->string.len : 0;
	return value_string(
		arena,
		!len ? "" : arena_printf(arena, "%s%s", text, text[len - 1] == '\n' ? "" : "\n"));
}

static int take_certificate(struct inquiry *inquiry, struct value *reply, struct error *err)
{
	const struct value *data = value_get(reply, "data"), *chain = value_get(data, "ca_chain");
	struct arena *arena = inquiry->arena;
	struct value *found = value_map(arena), *list = value_list(arena);
	if (!value_text(value_get(data, "certificate"))) {
		error_set(err,
			  "Vault gave no certificate for \"%s\": is that \"MOUNT/issue/ROLE\"?",
			  inquiry->want->name);
		return fail(err);
	}
	for (size_t i = 0; value_is(chain, VALUE_LIST) && i < chain->list.len; i++)
		value_append(arena, list, pem(arena, chain->list.items[i]));
	value_set(arena, found, "Cert", pem(arena, value_get(data, "certificate")));
	value_set(arena, found, "Key", pem(arena, value_get(data, "private_key")));
	value_set(arena, found, "CA", pem(arena, value_get(data, "issuing_ca")));
	value_set(arena, found, "CAChain", list);
	int64_t expiration = number(data, "expiration");
	inquiry->again_s =
		expiration > 0 ? bounded(until(expiration) * 9 / 10) : again_of(inquiry, reply);
	inquiry->found = found;
	return 1;
}

/* A token that can't be renewed is no error: when it has ended, Vault refuses what it is used for.
 */
static int take_token(struct inquiry *inquiry, const struct http_response *response)
{
	auto_error struct error ignored = {0};
	const struct value *reply =
		response->status == 200 ? parse(inquiry, response, &ignored) : NULL;
	int64_t lease = number(value_get(reply, "auth"), "lease_duration");
	inquiry->again_s = lease > 0 ? bounded(lease * 2 / 3) : TOKEN_LATER_S;
	return 1;
}

static int take(struct inquiry *inquiry, struct http_response *response, struct error *err)
{
	inquiry->found = NULL;
	inquiry->index = 0;
	if (response->failed) {
		error_set(err, "%s: start it, or name another (VAULT_ADDR)",
			  response->error.message);
		return fail(err);
	}
	if (is_kind(inquiry, "token"))
		return take_token(inquiry, response);
	if (inquiry->step == 0 && !is_write(inquiry))
		return take_mount(inquiry, response, err);
	bool lists = is_kind(inquiry, "secrets");
	inquiry->again_s = lease_of(inquiry);
	if (response->status == 404 || response->status == 204) {
		inquiry->found = lists ? value_list(inquiry->arena) : NULL;
		return 1;
	}
	if (response->status != 200)
		return refuse(inquiry, response, err);
	struct value *reply = parse(inquiry, response, err);
	if (!reply)
		return -1;
	if (lists)
		return take_names(inquiry, reply, err);
	return is_kind(inquiry, "pki") ? take_certificate(inquiry, reply, err)
				       : take_secret(inquiry, reply);
}

static const char *const kinds[] = {"secret", "secrets", "pki", "token", NULL};

const struct api api_vault = {.name = "Vault", .kinds = kinds, .ask = ask, .take = take};
