/* No daemon: images are files, a container is an overlay mount and a process of runc or crun
 * (https://github.com/opencontainers/runtime-spec). */
#ifndef FACTORY_HOST_ENGINE_OCI_OCI_H
#define FACTORY_HOST_ENGINE_OCI_OCI_H

#include "host/engine/driver.h"

/* "oci:" (or "oci://") keeps images and containers in /var/lib/factory, "oci:/DIRECTORY" there.
 * Needs root. What driver.h promises holds, but for networks: there are only "none" and "host",
 * which is the default. Registries are spoken with by skopeo. */
engine_opener oci_open;

#endif
