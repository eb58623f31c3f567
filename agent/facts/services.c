/* What runs beside a test, as the driver tells it in the environment of its steps. */
#include "agent/facts/families.h"
#include "common/json.h"
#include "common/own.h"

#include <string.h>

struct value *facts_services(struct facts_system *system, struct arena *arena)
{
	auto_error struct error ignored = {0};
	const char *text = facts_variable(system, "FACTORY_SERVICES");
	if (!text)
		return NULL;
	struct value *services =
		json_parse(arena, "FACTORY_SERVICES", text, strlen(text), &ignored);
	return value_is(services, VALUE_MAP) ? services : NULL;
}
