#include "host/manifest/services.h"

static void put(struct arena *arena, struct value *map, const char *key, const char *text)
{
	if (text)
		value_set(arena, map, key, value_string(arena, text));
}

static void put_value(struct arena *arena, struct value *map, const char *key,
		      const struct value *value)
{
	if (value)
		value_set(arena, map, key, (struct value *)value);
}

static void put_number(struct arena *arena, struct value *map, const char *key, uint64_t number)
{
	value_set(arena, map, key, value_int(arena, (int64_t)number));
}

static struct value *describe_check(struct arena *arena, const struct service_check *check)
{
	struct value *map = value_map(arena);
	put(arena, map, "run", check->run);
	put(arena, map, "http", check->http);
	put_value(arena, map, "argv", check->argv);
	put_number(arena, map, "tcp", check->tcp);
	put_number(arena, map, "none", check->none);
	put_number(arena, map, "timeout", check->timeout_ms);
	return map;
}

struct value *service_describe(struct arena *arena, const struct service *service)
{
	struct value *map = value_map(arena), *needs = value_map(arena),
		     *mounts = value_list(arena);
	put(arena, map, "name", service->name);
	put(arena, map, "image", service->image);
	put(arena, map, "user", service->user);
	put(arena, map, "workdir", service->workdir);
	put_value(arena, map, "entrypoint", service->entrypoint);
	put_value(arena, map, "command", service->command);
	put_value(arena, map, "env", service->env);
	put_value(arena, map, "ports", service->ports);
	put_value(arena, map, "ready", describe_check(arena, &service->ready));
	for (size_t i = 0; i < service->need_count; i++)
		put_number(arena, needs, service->needs[i].name, service->needs[i].condition);
	for (size_t i = 0; i < service->mount_count; i++)
		value_append(arena, mounts, value_string(arena, service->mounts[i].target));
	put_value(arena, map, "needs", needs);
	put_value(arena, map, "mounts", mounts);
	return map;
}
