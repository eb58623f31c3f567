/* Steps with conditions. */
#ifndef FACTORY_HOST_MANIFEST_WHEN_H
#define FACTORY_HOST_MANIFEST_WHEN_H

#include "host/manifest/load.h"

/* Evaluates each step's `when` and leaves out those where it is false. One that reads facts or
 * the pillar sets loader->reads_... and, while they are placeholders, keeps its step. -1 with
 * problems. */
int when_apply(struct loader *loader, struct steps *steps);

#endif
