#include "host/container/caches.h"

#include "common/hash.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/cache/identity.h"
#include "host/site/claim.h"

struct caches {
	const struct manifest *manifest;
	struct engine_volume *volumes;
	struct claim *claims; /* one for each */
	struct arena arena;
};

/* The manifest and the path make the name: another manifest's build never sees it. */
static void describe(struct caches *caches, const char *owner, size_t i)
{
	struct arena *arena = &caches->arena;
	const char *path = caches->manifest->caches[i].path;
	char hex[HASH_HEX];
	auto_hash struct hash *hash = hash_new();
	hash_add_text(hash, owner);
	hash_add_text(hash, path);
	hash_finish(STEAL(hash), hex);
	const char **labels = arena_alloc(arena, 5 * sizeof *labels);
	labels[0] = CACHES_LABEL;
	labels[1] = path;
	labels[2] = CACHES_OWNER;
	labels[3] = owner;
	caches->volumes[i] =
		(struct engine_volume){.source = arena_printf(arena, "factory-cache-%.32s", hex),
				       .target = path,
				       .labels = labels};
}

struct caches *caches_new(const struct manifest *manifest)
{
	size_t count = manifest->cache_count;
	if (!count)
		return NULL;
	struct caches *caches = mem_alloc(sizeof *caches);
	autofree char *identity = manifest_identity(manifest);
	const char *owner = arena_strdup(&caches->arena, identity);
	caches->manifest = manifest;
	caches->volumes = arena_alloc(&caches->arena, count * sizeof *caches->volumes);
	caches->claims = arena_alloc(&caches->arena, count * sizeof *caches->claims);
	for (size_t i = 0; i < count; i++) {
		caches->claims[i].fd = -1;
		describe(caches, owner, i);
	}
	return caches;
}

static void unlock(struct caches *caches)
{
	for (size_t i = 0; i < caches->manifest->cache_count; i++)
		claim_end(&caches->claims[i]);
}

void caches_free(struct caches *caches)
{
	if (!caches)
		return;
	unlock(caches);
	arena_free(&caches->arena);
	free(caches);
}

const struct engine_volume *caches_volumes(const struct caches *caches, size_t *count)
{
	*count = caches ? caches->manifest->cache_count : 0;
	return caches ? caches->volumes : NULL;
}

int caches_lock(struct caches *caches, const char *endpoint, const char **busy, struct error *err)
{
	for (size_t i = 0; i < caches->manifest->cache_count; i++) {
		const struct cache_directory *cache = &caches->manifest->caches[i];
		int status = cache->locked ? claim_take(&caches->claims[i], endpoint,
							caches->volumes[i].source, err)
					   : 1;
		if (status == 1)
			continue;
		if (status < 0)
			error_place(err, cache->at.file, cache->at.line, cache->at.column);
		unlock(caches);
		*busy = cache->path;
		return status;
	}
	return 1;
}
