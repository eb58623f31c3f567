/* What containers are told of the services beside them. */
#include "common/json.h"
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

/* By variables of its own each. */
static void add_variables(struct arena *arena, struct value *env, const struct unit *unit)
{
	const char *name = unit->service->name;
	unsigned port = unit_port(unit);
	value_set(arena, env, variable(arena, name, "HOST"), value_string(arena, name));
	if (port)
		value_set(arena, env, variable(arena, name, "PORT"),
			  value_string(arena, arena_printf(arena, "%u", port)));
}

/* As the agent's fact `services` has it. */
static struct value *fact_of(struct arena *arena, const struct unit *unit)
{
	struct value *fact = value_map(arena);
	unsigned port = unit_port(unit);
	value_set(arena, fact, "host", value_string(arena, unit->service->name));
	if (unit->address)
		value_set(arena, fact, "address", value_string(arena, unit->address));
	if (port)
		value_set(arena, fact, "port", value_int(arena, port));
	return fact;
}

void place_make(struct services *services)
{
	struct arena *arena = &services->arena;
	struct value *env = value_map(arena), *facts = value_map(arena);
	auto_buf struct buf text = {0};
	for (size_t i = 0; i < services->set->count; i++) {
		const struct unit *unit = &services->units[i];
		if (unit->state == UNIT_COMPLETED)
			continue;
		add_variables(arena, env, unit);
		value_set(arena, facts, unit->service->name, fact_of(arena, unit));
	}
	json_write(&text, facts);
	value_set(arena, env, "FACTORY_SERVICES", value_string(arena, buf_text(&text)));
	services->place = (struct container_place){
		.network = services->network, .hosts = place_hosts(services), .env = env};
}
