/* Values chosen by facts, as Salt's pillars: files of values, each for the targets that its
 * condition or its globs fit, merged in order. What a file lists under `secrets` is never shown. */
#ifndef FACTORY_HOST_MANIFEST_PILLAR_H
#define FACTORY_HOST_MANIFEST_PILLAR_H

#include "host/manifest/manifest.h"

/* Does any file depend on facts? */
bool pillar_needs_facts(const struct pillar *pillar);

struct pillar_values {
	struct value *values;  /* map */
	struct value *secrets; /* list of texts */
};

/* Reads the files that fit the facts. Errors have positions: in the manifest, or in the file. */
int pillar_load(const struct pillar *pillar, const struct value *facts, struct arena *arena,
		struct pillar_values *found, struct error *err);

#endif
