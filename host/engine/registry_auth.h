/* Credentials for image registries, from where docker's own client keeps them: config.json in
 * DOCKER_CONFIG or ~/.docker, with its `auths`, `credsStore` and `credHelpers`
 * (docs.docker.com/reference/cli/docker/login). */
#ifndef FACTORY_HOST_ENGINE_REGISTRY_AUTH_H
#define FACTORY_HOST_ENGINE_REGISTRY_AUTH_H

#include "common/buffer.h"
#include "common/error.h"

/* The registry of an image's name: "localhost:5000", or "docker.io" where it names none. The caller
 * frees it. */
char *registry_host(const char *ref);

/* What X-Registry-Auth says about an image's registry, owned by the caller: *auth is NULL where no
 * credentials are known. May run a credential helper, for a minute at most. Errors name the file or
 * the helper, never a secret. */
int registry_auth(const char *ref, char **auth, struct error *err);

/* The same as a configuration for that registry alone, with the secret in it: {"auths": {HOST:
 * {"auth"}}}, whose map is empty where no credentials are known. */
int registry_auth_file(const char *ref, struct buf *out, struct error *err);

#endif
