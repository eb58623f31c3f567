#include "common/consul.h"

#include "common/consul_keys.h"
#include "common/file.h"
#include "common/json.h"
#include "common/kv.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

enum { EXIT_VALUES = 8 }; /* the driver's code for values that could not be had */

/* --- where it is --- */

static const char *variable(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

static bool is_off(const char *text)
{
	return text && (strcmp(text, "false") == 0 || strcmp(text, "0") == 0);
}

static int read_token(struct consul_target *target, const char *token, struct error *err)
{
	const char *file = variable("CONSUL_HTTP_TOKEN_FILE");
	if (!token)
		token = variable("CONSUL_HTTP_TOKEN");
	if (token) {
		target->token = mem_strdup(token);
		return 0;
	}
	if (!file)
		return 0;
	auto_buf struct buf text = {0};
	if (file_read(file, 1 << 16, &text, err) < 0)
		return error_wrap(err, "CONSUL_HTTP_TOKEN_FILE");
	target->token = mem_strndup(buf_text(&text), strcspn(buf_text(&text), "\r\n"));
	return 0;
}

int consul_target_from(struct consul_target *target, const char *address, const char *token,
		       struct error *err)
{
	if (!address)
		address = variable("CONSUL_HTTP_ADDR");
	if (!address)
		address = "127.0.0.1:8500";
	const char *tls = variable("CONSUL_HTTP_SSL");
	const char *path = strncmp(address, "unix://", 7) == 0 ? address + 7 : NULL;
	target->name = mem_printf("Consul at %s", address);
	target->unix_socket = path ? mem_strdup(path) : NULL;
	if (path)
		target->base = mem_strdup("http://consul");
	else if (strstr(address, "://"))
		target->base = mem_strndup(address,
					   strlen(address) - (address[strlen(address) - 1] == '/'));
	else
		target->base =
			mem_printf("%s://%s", tls && !is_off(tls) ? "https" : "http", address);
	target->insecure = is_off(variable("CONSUL_HTTP_SSL_VERIFY"));
	const char *ca = variable("CONSUL_CACERT");
	target->ca_file = ca ? mem_strdup(ca) : NULL;
	return read_token(target, token, err);
}

void consul_target_free(struct consul_target *target)
{
	free(target->base);
	free(target->unix_socket);
	free(target->token);
	free(target->ca_file);
	free(target->name);
	*target = (struct consul_target){0};
}

void consul_server(const struct consul_target *target, struct http_server *server)
{
	*server = (struct http_server){.base = target->base,
				       .unix_socket = target->unix_socket,
				       .ca_file = target->ca_file,
				       .insecure = target->insecure,
				       .name = target->name};
}

/* --- what is asked --- */

static const struct endpoint_kind {
	const char *kind, *path;
	bool named, recurse, is_key;
	const char *needs; /* what knows it, where not every Consul does */
} kinds[] = {
	{"key", "/v1/kv/", true, false, true, NULL},
	{"keys", "/v1/kv/", true, true, true, NULL},
	{"tree", "/v1/kv/", true, true, true, NULL},
	{"names", "/v1/kv/", true, false, true, NULL},
	{"services", "/v1/catalog/services", false, false, false, NULL},
	{"service", "/v1/health/service/", true, false, false, NULL},
	{"connect", "/v1/health/connect/", true, false, false, NULL},
	{"nodes", "/v1/catalog/nodes", false, false, false, NULL},
	{"node", "/v1/catalog/node/", true, false, false, NULL},
	{"datacenters", "/v1/catalog/datacenters", false, false, false, NULL},
	{"caRoots", "/v1/agent/connect/ca/roots", false, false, false, "Consul 1.2 does"},
	{"caLeaf", "/v1/agent/connect/ca/leaf/", true, false, false, "Consul 1.2 does"},
	{"partitions", "/v1/partitions", false, false, false, "Consul Enterprise 1.11 does"},
	{"peerings", "/v1/peerings", false, false, false, "Consul 1.13 does"},
	{"exportedServices", "/v1/exported-services", false, false, false, "Consul 1.17 does"},
	{"importedServices", "/v1/imported-services", false, false, false, "a later Consul does"},
};

static const struct endpoint_kind *look_up(const char *kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return &kinds[i];
	return NULL;
}

static const struct endpoint_kind *find_kind(const char *kind, struct error *err)
{
	const struct endpoint_kind *found = look_up(kind);
	if (!found)
		error_set(err, "nobody knows how to ask Consul for '%s'", kind);
	return found;
}

bool consul_knows(const char *kind)
{
	return look_up(kind) != NULL;
}

/* The names of keys, where the others of the key/value store give the keys themselves. */
static bool is_names(const struct endpoint_kind *kind)
{
	return strcmp(kind->kind, "names") == 0;
}

/* `text` is "name" or "name=value". */
static void add_query(struct buf *path, const char *text)
{
	size_t name = strcspn(text, "=");
	http_parameter(path);
	buf_add(path, text, name + (text[name] == '='));
	if (text[name])
		http_escape(path, text + name + 1, "");
}

int consul_path(struct buf *path, const struct want *want, struct error *err)
{
	const char *name = want->name, *datacenter = want->datacenter;
	const char *const *args = want->args;
	const struct endpoint_kind *found = find_kind(want->kind, err);
	if (!found)
		return -1;
	buf_puts(path, found->path);
	if (found->named)
		http_escape(path, name + (found->is_key && *name == '/'), found->is_key ? "/" : "");
	/* Without the slash a prefix would also match its neighbours: "app" and "application". */
	if (found->recurse && *name && name[strlen(name) - 1] != '/')
		buf_putc(path, '/');
	if (found->recurse)
		add_query(path, "recurse");
	if (is_names(found))
		add_query(path, "keys");
	for (; args && *args; args++)
		add_query(path, *args);
	if (datacenter && *datacenter) {
		autofree char *parameter = mem_printf("dc=%s", datacenter);
		add_query(path, parameter);
	}
	return 0;
}

/* --- what the reply means --- */

/* The text becomes a part of the arena. */
static struct consul_keys begin(struct arena *arena, struct buf *text)
{
	char *end = buf_reserve(text, 0), *at = text->data;
	arena_adopt(arena, at, text->cap);
	*text = (struct buf){0};
	return (struct consul_keys){.at = at, .end = end, .arena = arena};
}

static int read_keys(struct arena *arena, struct buf *text, const char *prefix, bool level,
		     struct value *list)
{
	struct consul_keys keys = begin(arena, text);
	struct consul_key key;
	int got;
	prefix += *prefix == '/';
	while ((got = consul_keys_next(&keys, &key)) > 0) {
		size_t behind = kv_below(key.path, prefix, level);
		if (!behind)
			continue;
		struct value *value = consul_key_value(arena, &key);
		if (!value)
			return -1;
		value_append(arena, list, kv_pair(arena, key.path, behind - 1, value));
	}
	return got;
}

static int read_key(struct arena *arena, struct buf *text, struct value **found)
{
	struct consul_keys keys = begin(arena, text);
	struct consul_key key;
	int got = consul_keys_next(&keys, &key);
	*found = got > 0 ? consul_key_value(arena, &key) : NULL;
	return got < 0 || (got > 0 && !*found) ? -1 : 0;
}

static int fail(struct error *err, int code)
{
	return error_class(err, EXIT_VALUES, code);
}

static int broken(const struct consul_target *target, const char *kind, const char *name,
		  struct error *err)
{
	error_set(err,
		  "%s gave no list of keys for the %s '%s': is something else listening there?",
		  target->name, kind, name);
	return fail(err, ERROR_CONSUL_ANSWER);
}

int consul_unreachable(const struct http_response *response, struct error *err)
{
	error_set(err, "%s: start it, or name another (--consul, CONSUL_HTTP_ADDR)",
		  response->error.message);
	return fail(err, ERROR_CONSUL_UNREACHABLE);
}

int consul_refused(const struct consul_target *target, const struct http_response *response,
		   const char *must, struct error *err)
{
	int len = (int)strcspn(buf_text(&response->body), "\r\n");
	if (response->status == 403)
		error_set(err, "%s refuses this token (403: %.*s): CONSUL_HTTP_TOKEN must %s",
			  target->name, len, buf_text(&response->body), must);
	else
		error_set(err, "%s answered with status %ld: %.*s", target->name, response->status,
			  len, buf_text(&response->body));
	return fail(err, response->status == 403 ? ERROR_CONSUL_TOKEN : ERROR_CONSUL_ANSWER);
}

int consul_answer(struct arena *arena, const struct consul_target *target, const char *kind,
		  const char *name, struct http_response *response, struct value **found,
		  struct error *err)
{
	const struct endpoint_kind *asked = find_kind(kind, err);
	*found = NULL;
	if (!asked)
		return -1;
	if (response->failed)
		return consul_unreachable(response, err);
	if (response->status == 404 && asked->is_key) {
		*found = asked->recurse || is_names(asked) ? value_list(arena) : NULL;
		return 0;
	}
	if (response->status == 404 && asked->needs) {
		error_set(err, "%s: this Consul doesn't know %s: %s", target->name, kind,
			  asked->needs);
		return fail(err, ERROR_CONSUL_ANSWER);
	}
	if (response->status != 200)
		return consul_refused(target, response, "allow reading", err);
	if (!asked->is_key || is_names(asked)) {
		*found = json_parse(arena, target->name, buf_text(&response->body),
				    response->body.len, err);
		return *found ? 0 : fail(err, ERROR_CONSUL_ANSWER);
	}
	if (!asked->recurse)
		return read_key(arena, &response->body, found) < 0 ? broken(target, kind, name, err)
								   : 0;
	*found = value_list(arena);
	return read_keys(arena, &response->body, name, kind[0] == 'k', *found) < 0
		       ? broken(target, kind, name, err)
		       : 0;
}
