/* Steps with conditions. */
#ifndef FACTORY_HOST_MANIFEST_WHEN_H
#define FACTORY_HOST_MANIFEST_WHEN_H

#include "host/manifest/load.h"

/* Evaluates each step's `when` and leaves out those where it is false. One that reads facts sets
 * loader->reads_facts and, while they are a placeholder, keeps its step. -1 with problems. */
int when_apply(struct loader *loader, struct steps *steps);

#endif
