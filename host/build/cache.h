/* The cache of finished builds: an artifact is found by a local tag that is its commit node's key,
 * with one inspect by name. What its templates read from outside stands in the image's comment, so
 * that the artifact's config stays the base's; it is asked for again before the cache is trusted.
 */
#ifndef FACTORY_HOST_BUILD_CACHE_H
#define FACTORY_HOST_BUILD_CACHE_H

#include "host/build/values.h"
#include "host/engine/engine.h"

#define CACHE_REPOSITORY "factory-cache"

/* The comment for an image whose rendering read `reads` (NULL: nothing). The caller frees it. */
char *cache_comment(const struct value *reads);

/* Looks a key up: *image is the artifact's id, or NULL where there is none or what it read has
 * changed. The caller frees it. */
int cache_find(struct engine *engine, struct values *values, const char *key, char **image,
	       struct error *err);

/* The artifact of a key, and what it read, whether or not that has changed since: in the arena,
 * NULL where there is none. */
int cache_reads(struct engine *engine, const char *key, struct arena *arena, const char **image,
		const struct value **reads, struct error *err);

/* Remembers an artifact under its key. */
int cache_store(struct engine *engine, const char *key, const char *image, struct error *err);

#endif
