#include "common/own.h"
#include "host/engine/docker/parts.h"

void docker_image_push(struct engine *engine, const char *repo, const char *tag, engine_told *told,
		       engine_done *done, void *ctx)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, "/images/");
	http_escape(&path, repo, "/:");
	buf_puts(&path, "/push");
	path_query(&path, "tag", tag);
	operation_with_auth(operation_new(engine, done, ctx), repo, &path, told);
}
