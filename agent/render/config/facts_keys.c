/* The facts block. */
#include "agent/render/config/keys.h"

#include <stddef.h>

#define FACTS(field) offsetof(struct facts_settings, field)

const struct config_key config_facts_keys[] = {
	{"prefix", config_text, FACTS(prefix), NULL, NULL},
	{"node", config_text, FACTS(node), NULL, NULL},
	{"interval", config_duration, FACTS(interval_ms), NULL, NULL},
	{"patterns", config_strings, FACTS(patterns), NULL, NULL},
	{"external_dirs", config_strings, FACTS(directories), NULL, NULL},
	{NULL, NULL, 0, NULL, NULL},
};
