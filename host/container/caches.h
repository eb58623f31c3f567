/* A manifest's cache directories: named volumes that stay from build to build and are in no image.
 * They are labelled (CACHES_LABEL: the path; CACHES_OWNER: the manifest), to be found by. */
#ifndef FACTORY_HOST_CONTAINER_CACHES_H
#define FACTORY_HOST_CONTAINER_CACHES_H

#include "host/engine/engine.h"
#include "host/manifest/manifest.h"

#define CACHES_LABEL "factory.cache"
#define CACHES_OWNER "factory.cache.manifest"

struct caches;

/* NULL where the manifest has none. It must outlive them. */
struct caches *caches_new(const struct manifest *manifest);
void caches_free(struct caches *caches); /* unlocks them too; NULL is fine */

/* What a container mounts. */
const struct engine_volume *caches_volumes(const struct caches *caches, size_t *count);

/* Takes those that are `locked`, all or none, as claims (claim.h) on an engine's; does not wait. 1:
 * they are taken; 0: another build has the one that *busy names; -1 with an error. */
int caches_lock(struct caches *caches, const char *endpoint, const char **busy, struct error *err);

#endif
