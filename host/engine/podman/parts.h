/* What Podman's operations share. Each is one of Docker's with more requests around it. */
#ifndef FACTORY_HOST_ENGINE_PODMAN_PARTS_H
#define FACTORY_HOST_ENGINE_PODMAN_PARTS_H

#include "host/engine/docker/parts.h"

/* create.c */
void podman_create(struct engine *engine, const struct engine_container *container,
		   engine_done *done, void *ctx);

/* commit.c */
void podman_commit(struct engine *engine, const struct engine_commit *commit, engine_done *done,
		   void *ctx);

/* inventory.c */
extern const struct engine_inventory podman_inventory;
/* Docker's form of the list fails for all while one container is broken, as a creation that was
 * given up leaves it: these may be the ones that are looked for. */
void podman_list_named(struct engine *engine, const char *names, engine_done *done, void *ctx);
void podman_image_list(struct engine *engine, engine_done *done, void *ctx);
/* An image's names as Docker shows them. */
void podman_familiarize(struct arena *arena, const struct value *image);

/* An answer that counts as success. */
static inline bool podman_is_good(const struct http_response *response)
{
	return response->status >= 200 && response->status < 300;
}

/* An answer's JSON in the operation's arena; NULL where there is none. */
struct value *podman_json(struct operation *operation, const struct http_response *response);

#endif
