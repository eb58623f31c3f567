/* The part of run.c that is another process. */
#ifndef FACTORY_HOST_ENGINE_OCI_SUPERVISE_H
#define FACTORY_HOST_ENGINE_OCI_SUPERVISE_H

#include "host/engine/oci/parts.h"

/* In a child: runs the container until it ends or `life` is closed, cleans up and exits. */
_Noreturn void supervise(const struct oci *oci, const char *id, const int stdio[3], int life,
			 int lock);

#endif
