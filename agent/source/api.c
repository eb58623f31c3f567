#include "agent/source/api.h"

#include "common/own.h"

#include <string.h>

static const struct api *const apis[] = {&api_consul, &api_vault, &api_nomad};

const struct api *api_of(const char *kind)
{
	for (size_t i = 0; i < COUNT_OF(apis); i++)
		for (const char *const *at = apis[i]->kinds; *at; at++)
			if (strcmp(*at, kind) == 0)
				return apis[i];
	return NULL;
}
