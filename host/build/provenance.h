/* Labels that say what an artifact was made from, for whoever finds it later. */
#ifndef FACTORY_HOST_BUILD_PROVENANCE_H
#define FACTORY_HOST_BUILD_PROVENANCE_H

#include "host/manifest/manifest.h"

/* A manifest that asks for it, with more labels of its artifact: the manifest's digest and that of
 * the lock beside it (where there is one), the base image's name and digest, factory's version.
 * `base` is the engine's answer about the base image. Labels that the manifest gives itself stay.
 * The copy, in the arena, shares everything else with the manifest; one that does not ask is
 * returned as it is. NULL where a file can't be read. */
const struct manifest *provenance_add(const struct manifest *manifest, const struct value *base,
				      struct arena *arena, struct error *err);

/* By what a registry knows an image: "REPO@sha256:HEX"; else its id, "sha256:HEX"; "" for neither.
 */
const char *provenance_digest(const struct value *inspected, const char *image);

/* The SHA-256 of a file, in the arena; *hex is NULL for one that has none: standard input, or what
 * is not there. */
int provenance_file(struct arena *arena, const char *path, const char **hex, struct error *err);

#endif
