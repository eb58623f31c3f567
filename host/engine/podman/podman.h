/* Podman: Docker's API with differences, and a service that need not run yet. */
#ifndef FACTORY_HOST_ENGINE_PODMAN_PODMAN_H
#define FACTORY_HOST_ENGINE_PODMAN_PODMAN_H

#include "host/engine/driver.h"

/* For a struct docker whose engine turned out to be Podman. */
extern const struct engine_driver podman_driver;

#endif
