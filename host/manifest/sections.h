/* From the YAML of a manifest to its struct. */
#ifndef FACTORY_HOST_MANIFEST_SECTIONS_H
#define FACTORY_HOST_MANIFEST_SECTIONS_H

#include "host/manifest/reader.h"

/* Fills reader->manifest from the root map; -1 with the error at its place in the manifest. */
int sections_read(struct reader *reader, const struct value *root);

#endif
