/* The endpoints that builds may go to, as the configuration file and --endpoint name them. */
#include "common/own.h"
#include "host/commands/settings.h"

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

static const struct {
	const char *name;
	bool (*is_fine)(const struct value *value);
} endpoint_keys[] = {
	{"address", is_text},
	{"weight", is_weight},
	{"slots", is_slots},
	{"labels", is_text_list},
};

static bool is_endpoint(const struct value *value)
{
	if (!value_is(value, VALUE_MAP))
		return is_text(value);
	for (size_t i = 0; i < value->map.len; i++) {
		const struct value_entry *entry = &value->map.entries[i];
		size_t key = 0;
		while (key < COUNT_OF(endpoint_keys) &&
		       strcmp(endpoint_keys[key].name, entry->key) != 0)
			key++;
		if (key == COUNT_OF(endpoint_keys) || !endpoint_keys[key].is_fine(entry->value))
			return false;
	}
	return value_get(value, "address") != NULL;
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

const char *settings_endpoint(const struct settings *settings)
{
	const struct value *given = settings->given_endpoints, *known = settings->endpoints;
	if (given)
		return value_text(given->list.items[given->list.len - 1]);
	return known && !is_in_environment() ? address_of(known->list.items[0]) : NULL;
}
