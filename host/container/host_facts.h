/* What the driver adds to a target's facts: `host`, about the engine and its machine. */
#ifndef FACTORY_HOST_CONTAINER_HOST_FACTS_H
#define FACTORY_HOST_CONTAINER_HOST_FACTS_H

#include "host/engine/engine.h"

/* {"engine": {"name", "version"}, "storage_driver", "cgroup_driver", "os", "kernel", "disk":
 * {...}}; in `arena`. What the engine doesn't tell is left out; never NULL. */
struct value *host_facts(struct engine *engine, struct arena *arena);

#endif
