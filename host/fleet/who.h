/* What stands in Consul beside everything that a driver holds: who it is, for people and for
 * drivers that look for what it builds. */
#ifndef FACTORY_HOST_FLEET_WHO_H
#define FACTORY_HOST_FLEET_WHO_H

#include "common/buffer.h"
#include "common/value.h"

struct fleet_who {
	const char *manifest; /* what it builds; one of them or several */
	const char *endpoint; /* the engine's address, as this driver knows it */
	const char *engine;   /* its digest (identity.h) */
};

/* Appends {"host", "pid", "manifest", "endpoint", "engine", "since"} as JSON. */
void fleet_who_write(struct buf *out, const struct fleet_who *who);

/* "m.yml by process 12 on HOST", of what was read; NULL is fine. */
void fleet_who_tell(struct buf *out, const struct value *who);

#endif
