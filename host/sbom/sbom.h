/* What is in an image, as SPDX 2.3 in JSON (https://spdx.github.io/spdx-spec/v2.3/). */
#ifndef FACTORY_HOST_SBOM_SBOM_H
#define FACTORY_HOST_SBOM_SBOM_H

#include "common/value.h"

/* In the arena. name: what the image is called; id: "sha256:HEX"; created: of the image, in RFC
 * 3339; facts: with the families os and package. The same image makes the same document. */
struct value *sbom_make(struct arena *arena, const char *name, const char *id, const char *created,
			const struct value *facts);

#endif
