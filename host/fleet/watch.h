/* A look at a fleet, for whoever is no part of it. */
#ifndef FACTORY_HOST_FLEET_WATCH_H
#define FACTORY_HOST_FLEET_WATCH_H

#include "common/consul.h"
#include "host/fleet/view.h"

/* What all drivers of a fleet hold now. Blocks. */
int fleet_look(const struct consul_target *target, const char *prefix, struct fleet_view *view,
	       struct error *err);

#endif
