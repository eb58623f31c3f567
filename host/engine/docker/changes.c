/* A container's file system against its image's (docs.docker.com/reference/api/engine,
 * ContainerChanges). */
#include "host/engine/docker/parts.h"

void docker_changes(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	path_container(&path, id, "/changes");
	operation_send(operation_new(engine, done, ctx), "GET", &path, NULL);
}
