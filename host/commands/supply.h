/* Images on their way between the endpoints of a workshop: what a build stands on is brought to
 * where it runs. */
#ifndef FACTORY_HOST_COMMANDS_SUPPLY_H
#define FACTORY_HOST_COMMANDS_SUPPLY_H

#include "host/build/base.h"
#include "host/commands/workshop.h"

struct supply;

struct supply *supply_new(struct workshop *shop);
/* The engines must be closed, so that nothing is told of it any more. */
void supply_free(struct supply *supply);

/* For the sites' bases; the supply's. */
const struct base_source *supply_source(const struct supply *supply);

/* How long it is expected to take for an image to come from one endpoint to another, in seconds;
 * image may be NULL. */
double supply_cost(const struct supply *supply, const char *image);

#endif
