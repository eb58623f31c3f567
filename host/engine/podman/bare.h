/* A layer without what Podman itself puts into a container: files to mount upon, a link. */
#ifndef FACTORY_HOST_ENGINE_PODMAN_BARE_H
#define FACTORY_HOST_ENGINE_PODMAN_BARE_H

#include "common/hash.h"
#include "common/value.h"
#include "host/engine/podman/tar_range.h"

/* Whether a path is one that Podman makes, or a directory in which it does. */
bool bare_is_podmans(const char *path);

/* fd: a file that begins with an image's archive as Podman saves it. Appends its last layer without
 * what is Podman's; layer: where that is, hex: its digest. */
int bare_layer(int fd, struct tar_range *layer, char hex[HASH_HEX], struct error *err);

#endif
