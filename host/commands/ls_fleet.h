/* Who holds what of a fleet's endpoints. */
#ifndef FACTORY_HOST_COMMANDS_LS_FLEET_H
#define FACTORY_HOST_COMMANDS_LS_FLEET_H

#include "host/commands/settings.h"

/* Prints what Consul tells of the fleet of the settings: as JSON, or as a table. */
int ls_fleet(struct settings *settings, bool json, struct error *err);

#endif
