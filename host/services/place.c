/* What containers are told of the services beside them. */
#include "common/own.h"
#include "host/services/parts.h"

#include <ctype.h>

const char *const *place_hosts(struct services *services)
{
	size_t used = 0;
	const char **hosts =
		arena_alloc(&services->arena, (services->set->count + 1) * sizeof *hosts);
	for (size_t i = 0; i < services->set->count; i++)
		if (services->units[i].address)
			hosts[used++] = arena_printf(&services->arena, "%s:%s",
						     services->units[i].service->name,
						     services->units[i].address);
	return hosts;
}

/* "my-db" is MY_DB. */
static const char *variable(struct arena *arena, const char *name, const char *suffix)
{
	char *text = arena_printf(arena, "%s_%s", name, suffix);
	for (char *c = text; *c; c++)
		*c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
	return text;
}

void place_make(struct services *services)
{
	struct arena *arena = &services->arena;
	struct value *env = value_map(arena);
	for (size_t i = 0; i < services->set->count; i++) {
		const struct unit *unit = &services->units[i];
		const char *name = unit->service->name;
		unsigned port = unit_port(unit);
		if (unit->state == UNIT_COMPLETED)
			continue;
		value_set(arena, env, variable(arena, name, "HOST"), value_string(arena, name));
		if (port)
			value_set(arena, env, variable(arena, name, "PORT"),
				  value_string(arena, arena_printf(arena, "%u", port)));
	}
	services->place = (struct container_place){
		.network = services->network, .hosts = place_hosts(services), .env = env};
}
