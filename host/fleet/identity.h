/* Which engine an endpoint is: drivers may know one by several addresses, and several by the same
 * (unix:///var/run/docker.sock). */
#ifndef FACTORY_HOST_FLEET_IDENTITY_H
#define FACTORY_HOST_FLEET_IDENTITY_H

#include "common/hash.h"
#include "host/engine/engine.h"

/* A digest of what the engine says of itself. Blocks. */
int fleet_identity(struct engine *engine, char hex[HASH_HEX], struct error *err);

#endif
