/* Where an image comes from, as an in-toto statement (https://in-toto.io/Statement/v1) with SLSA's
 * provenance (https://slsa.dev/spec/v1.0/provenance). */
#ifndef FACTORY_HOST_SBOM_STATEMENT_H
#define FACTORY_HOST_SBOM_STATEMENT_H

#include "common/error.h"
#include "common/value.h"
#include "host/manifest/manifest.h"

/* In the arena. name: what the image is called; id: "sha256:HEX"; base: the engine's answer about
 * the image that the manifest stands on, as it was built. The same build makes the same statement:
 * a time is in it only where SOURCE_DATE_EPOCH gives one. NULL where a file can't be read. */
struct value *statement_make(struct arena *arena, const struct manifest *manifest, const char *name,
			     const char *id, const struct value *base, struct error *err);

#endif
