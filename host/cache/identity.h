/* By what a manifest is known from build to build. */
#ifndef FACTORY_HOST_CACHE_IDENTITY_H
#define FACTORY_HOST_CACHE_IDENTITY_H

#include "host/manifest/manifest.h"

/* Its path without links; of standard input: the directory it is read in. The caller frees it. */
char *manifest_identity(const struct manifest *manifest);

#endif
