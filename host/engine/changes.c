/* A container's file system against its image's (docs.docker.com/reference/api/engine,
 * ContainerChanges). */
#include "host/engine/parts.h"

void engine_changes(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct buf path = {0};
	buf_puts(&path, "/containers/");
	http_escape(&path, id, "");
	buf_puts(&path, "/changes");
	operation_send(operation_new(engine, done, ctx), "GET", &path, NULL);
}
