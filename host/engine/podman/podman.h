/* Podman: Docker's API with differences, and a service that need not run yet. */
#ifndef FACTORY_HOST_ENGINE_PODMAN_PODMAN_H
#define FACTORY_HOST_ENGINE_PODMAN_PODMAN_H

#include "host/engine/driver.h"

/* For a struct docker whose engine turned out to be Podman. */
extern const struct engine_driver podman_driver;

/* "podman:" (or "podman://") is this user's Podman: by the socket that it has where that answers,
 * else by a service of ours, which ends with the engine. "podman:/DIRECTORY": always a service of
 * ours, which keeps its images and containers there. */
engine_opener podman_open;

#endif
