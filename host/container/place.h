/* Where a test's container is put: beside the services it needs. */
#ifndef FACTORY_HOST_CONTAINER_PLACE_H
#define FACTORY_HOST_CONTAINER_PLACE_H

#include "common/value.h"

struct container_place {
	const char *network;
	const char *const *hosts; /* names it knows: "NAME:ADDRESS", NULL-terminated */
	const struct value *env;  /* map: what the services' addresses are; a step's own wins */
};

#endif
