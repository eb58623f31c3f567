/* An archive in OCI's layout
 * (https://github.com/opencontainers/image-spec/blob/main/image-layout.md) of what an engine saved.
 * The same images give the same bytes. */
#ifndef FACTORY_HOST_EXPORT_OCI_H
#define FACTORY_HOST_EXPORT_OCI_H

#include "host/export/output.h"
#include "host/export/saved.h"

/* All entries' time is `when`. */
int oci_write(const struct saved *saved, const struct output *output, int64_t when,
	      struct error *err);

#endif
