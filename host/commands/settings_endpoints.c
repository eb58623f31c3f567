/* The endpoints that builds may go to, as the configuration file and --endpoint name them. */
#include "common/own.h"
#include "host/commands/settings.h"
#include "host/home.h"

#include <stdlib.h>
#include <string.h>

static bool is_text_list(const struct value *value)
{
	if (!value_is(value, VALUE_LIST))
		return false;
	for (size_t i = 0; i < value->list.len; i++)
		if (!value_text(value->list.items[i]))
			return false;
	return true;
}

static bool is_text(const struct value *value)
{
	const char *text = value_text(value);
	return text && *text;
}

static bool is_weight(const struct value *value)
{
	return (value_is(value, VALUE_INT) && value->integer > 0 && value->integer <= 1000) ||
	       (value_is(value, VALUE_FLOAT) && value->real >= 0.001 && value->real <= 1000);
}

static bool is_slots(const struct value *value)
{
	return value_is(value, VALUE_INT) && value->integer > 0 && value->integer <= 1000;
}

static bool is_flag(const struct value *value)
{
	return value_is(value, VALUE_BOOL);
}

struct key {
	const char *name; /* NULL: there are no more */
	bool (*is_fine)(const struct value *value);
};

static bool has_keys(const struct value *map, const struct key *keys)
{
	for (size_t i = 0; i < map->map.len; i++) {
		const struct value_entry *entry = &map->map.entries[i];
		const struct key *key = keys;
		while (key->name && strcmp(key->name, entry->key) != 0)
			key++;
		if (!key->name || !key->is_fine(entry->value))
			return false;
	}
	return true;
}

static bool is_tls(const struct value *value)
{
	static const struct key keys[] = {
		{"ca", is_text}, {"cert", is_text}, {"key", is_text}, {"verify", is_flag}, {0}};
	if (!value_is(value, VALUE_MAP))
		return is_text(value);
	return has_keys(value, keys) && !value_get(value, "cert") == !value_get(value, "key");
}

static bool is_endpoint(const struct value *value)
{
	static const struct key keys[] = {{"address", is_text}, {"weight", is_weight},
					  {"slots", is_slots},  {"labels", is_text_list},
					  {"tls", is_tls},      {0}};
	if (!value_is(value, VALUE_MAP))
		return is_text(value);
	return has_keys(value, keys) && value_get(value, "address");
}

int settings_take_endpoints(struct settings *settings, struct value *value)
{
	if (!value_is(value, VALUE_LIST) || !value->list.len)
		return -1;
	for (size_t i = 0; i < value->list.len; i++)
		if (!is_endpoint(value->list.items[i]))
			return -1;
	settings->endpoints = value;
	return 0;
}

static const char *address_of(const struct value *endpoint)
{
	return value_text(endpoint->kind == VALUE_MAP ? value_get(endpoint, "address") : endpoint);
}

static const char *const *labels_of(struct arena *arena, const struct value *endpoint)
{
	const struct value *labels = value_get(endpoint, "labels");
	if (!labels)
		return NULL;
	const char **list = arena_alloc(arena, (labels->list.len + 1) * sizeof *list);
	for (size_t i = 0; i < labels->list.len; i++)
		list[i] = value_text(labels->list.items[i]);
	return list;
}

/* Below the home directory, or the one of the configuration file. */
static const char *file_path(struct arena *arena, const char *name)
{
	const char *home = getenv("HOME");
	if (!name || *name == '/')
		return name;
	if (strncmp(name, "~/", 2) == 0 && home)
		return arena_printf(arena, "%s%s", home, name + 1);
	autofree char *path = home_config(name);
	return path ? arena_strdup(arena, path) : name;
}

/* A directory has the files that DOCKER_CERT_PATH's has. */
static const struct engine_tls *tls_of(struct arena *arena, const struct value *value)
{
	struct engine_tls *tls = arena_alloc(arena, sizeof *tls);
	const char *folder = file_path(arena, value_text(value));
	const struct value *verify = value_get(value, "verify");
	if (folder)
		*tls = (struct engine_tls){.ca = arena_printf(arena, "%s/ca.pem", folder),
					   .cert = arena_printf(arena, "%s/cert.pem", folder),
					   .key = arena_printf(arena, "%s/key.pem", folder)};
	else
		*tls = (struct engine_tls){
			.ca = file_path(arena, value_text(value_get(value, "ca"))),
			.cert = file_path(arena, value_text(value_get(value, "cert"))),
			.key = file_path(arena, value_text(value_get(value, "key"))),
			.insecure = verify && !verify->boolean};
	return tls;
}

/* What the configuration file says of an address, or nothing. */
static struct endpoint_setting describe(struct arena *arena, const struct value *known,
					const char *address)
{
	struct endpoint_setting setting = {.address = address, .weight = 1};
	for (size_t i = 0; known && i < known->list.len; i++) {
		const struct value *endpoint = known->list.items[i];
		if (endpoint->kind != VALUE_MAP || strcmp(address_of(endpoint), address) != 0)
			continue;
		const struct value *weight = value_get(endpoint, "weight"),
				   *slots = value_get(endpoint, "slots");
		if (weight)
			setting.weight =
				weight->kind == VALUE_INT ? (double)weight->integer : weight->real;
		setting.slots = slots ? (unsigned)slots->integer : 0;
		setting.labels = labels_of(arena, endpoint);
		if (value_get(endpoint, "tls"))
			setting.tls = tls_of(arena, value_get(endpoint, "tls"));
	}
	return setting;
}

static bool is_in_environment(void)
{
	const char *host = getenv("DOCKER_HOST");
	return host && *host;
}

const struct endpoint_setting *settings_endpoints(struct arena *arena,
						  const struct settings *settings, size_t *count)
{
	const struct value *given = settings->given_endpoints;
	if (!given && !is_in_environment())
		given = settings->endpoints;
	*count = given ? given->list.len : 1;
	struct endpoint_setting *list = arena_alloc(arena, *count * sizeof *list);
	*list = (struct endpoint_setting){.weight = 1};
	for (size_t i = 0; given && i < *count; i++)
		list[i] = describe(arena, settings->endpoints, address_of(given->list.items[i]));
	return list;
}

struct endpoint_setting settings_endpoint(struct arena *arena, const struct settings *settings)
{
	size_t count;
	const struct endpoint_setting *all = settings_endpoints(arena, settings, &count);
	return all[settings->given_endpoints ? count - 1 : 0];
}
