/* What others have made of an image: its manifest and its config (image-spec, manifest.md and
 * config.md; Docker's are the same). Nothing of it is believed before it was looked at here. */
#ifndef FACTORY_HOST_ENGINE_OCI_FOREIGN_H
#define FACTORY_HOST_ENGINE_OCI_FOREIGN_H

#include "common/error.h"
#include "common/hash.h"
#include "common/value.h"

enum { FOREIGN_LAYERS = 500, FOREIGN_TEXT = 4 << 20 }; /* the most of them; the longest of both */

struct foreign_blob {
	char hex[HASH_HEX]; /* of its bytes */
	int64_t size;
};

struct foreign_manifest {
	struct foreign_blob config, *layers; /* in the arena */
	size_t layer_count;
};

/* Reads an image's manifest. */
int foreign_manifest(struct arena *arena, const char *text, size_t len,
		     struct foreign_manifest *manifest, struct error *err);

/* Reads a config: all that this driver will read of it has the kind that it must have, and there is
 * a digest for each of so many layers. NULL: it is none. */
struct value *foreign_config(struct arena *arena, const char *text, size_t len, size_t layers,
			     struct error *err);

/* The digits of "sha256:HEX", or NULL. */
const char *foreign_hex(const struct value *digest);

#endif
