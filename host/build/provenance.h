/* Labels that say what an artifact was made from, for whoever finds it later. */
#ifndef FACTORY_HOST_BUILD_PROVENANCE_H
#define FACTORY_HOST_BUILD_PROVENANCE_H

#include "host/manifest/manifest.h"

/* Adds to the artifact's labels: the manifest's digest and that of the lock beside it (where there
 * is one), the base image's name and digest, factory's version. `base` is the engine's answer about
 * the base image. Labels that the manifest gives itself stay. -1 where a file can't be read. */
int provenance_add(struct manifest *manifest, const struct value *base, struct error *err);

/* By what a registry knows an image: "REPO@sha256:HEX"; else its id, "sha256:HEX"; "" for neither.
 */
const char *provenance_digest(const struct value *inspected, const char *image);

#endif
