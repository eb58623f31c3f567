/* What a manifest says with what is only known of its target: facts, and the pillar they choose. */
#ifndef FACTORY_HOST_MANIFEST_LEARN_H
#define FACTORY_HOST_MANIFEST_LEARN_H

#include "host/manifest/load.h"

/* From a first pass: gathers into the loader what its texts read. */
int learn(struct loader *loader, const struct manifest *first, struct error *err);

/* Each cell's pillar becomes keys, and its secrets the manifest's. Needs an engine's facts. */
int learn_keys(struct loader *loader, struct manifest *manifest, struct error *err);

#endif
