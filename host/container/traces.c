/* A traceless build asks the engine, before anything has run, what the container has already that
 * its image has not: a mount point that the engine made would be in the artifact. */
#include "host/container/parts.h"

#include "host/engine/inventory.h"
#include "host/exit_codes.h"

#include <string.h>

/* Its own mount point, or a directory that had to be made above it: the manifest asks for that. */
static bool is_of_cache(const struct manifest *manifest, const char *path)
{
	size_t len = strlen(path);
	for (size_t i = 0; i < manifest->cache_count; i++) {
		const char *cache = manifest->caches[i].path;
		if (strncmp(cache, path, len) == 0 && (!cache[len] || cache[len] == '/'))
			return true;
	}
	return false;
}

/* The first path that nobody has asked for, or NULL. */
static const char *find_trace(const struct manifest *manifest, const struct value *changes)
{
	for (size_t i = 0; value_is(changes, VALUE_LIST) && i < changes->list.len; i++) {
		const char *path = value_text(value_get(changes->list.items[i], "Path"));
		if (path && !is_of_cache(manifest, path))
			return path;
	}
	return NULL;
}

static void refuse(struct container *container, const char *trace)
{
	struct engine *engine = container->setup->engine;
	struct error err = {0};
	error_set(&err,
		  "this engine (%s %s) can't build traceless: it leaves %s in the image: leave "
		  "`traceless` out, or use another engine",
		  engine_name(engine), engine_version(engine), trace);
	error_class(&err, EXIT_ENGINE, ERROR_ENGINE_UNABLE);
	container_fail(container, &err);
}

static void looked(void *ctx, const struct engine_result *result)
{
	struct container *container = ctx;
	if (container_is_late(container))
		return;
	if (result->status != ENGINE_OK) {
		container_engine_failed(container, result,
					"can't see whether the build is traceless");
		return;
	}
	const char *trace = find_trace(container->setup->manifest, result->body);
	if (trace)
		refuse(container, trace);
	else
		container_get_ready(container);
}

void container_check_traces(struct container *container)
{
	container->outstanding++;
	engine_changes(container->setup->engine, container->id, looked, container);
}
