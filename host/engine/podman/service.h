/* `podman system service` as a child of ours, for a machine that has the program and no service. */
#ifndef FACTORY_HOST_ENGINE_PODMAN_SERVICE_H
#define FACTORY_HOST_ENGINE_PODMAN_SERVICE_H

#include "common/error.h"

struct service;

/* Starts it on a socket of our own below $XDG_RUNTIME_DIR (else /tmp), as the user who we are:
 * without root where this machine lets Podman do without. It ends when we do. `storage` is the
 * directory that it keeps images and containers in, NULL for Podman's own. Blocks until it answers.
 * NULL on failure, with what Podman said. */
struct service *service_start(const char *storage, struct error *err);
void service_end(struct service *service); /* NULL: nothing happens */

const char *service_socket(const struct service *service); /* its path */

#endif
