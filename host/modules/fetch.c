/* Sources from elsewhere to directories of the cache. */
#include "common/file.h"
#include "common/hash.h"
#include "common/own.h"
#include "host/modules/cache.h"
#include "host/modules/fetch_parts.h"

/* What it is called in the cache: by what can't change. A commit's name does not tell of whom it
 * was. */
static const char *cache_name(const struct module_source *source, const char *commit,
			      struct arena *arena)
{
	char hex[HASH_HEX];
	if (source->kind == MODULE_TARBALL)
		return arena_printf(arena, "tarball-%s", source->sha256);
	auto_hash struct hash *hash = hash_new();
	hash_add_text(hash, source->text);
	hash_add_text(hash, commit);
	hash_finish(STEAL(hash), hex);
	return arena_printf(arena, "git-%s", hex);
}

static int fetch(const struct module_source *source, const char *commit, const char *scratch,
		 struct arena *arena, const char **into, struct error *err)
{
	return source->kind == MODULE_GIT ? fetch_git(source, commit, scratch, arena, into, err)
					  : fetch_tarball(source, scratch, arena, into, err);
}

/* The whole of it, whatever `path` says: others may want another part. */
static const char *fetch_whole(const struct module_source *source, const char *commit,
			       const char *name, struct arena *arena, struct error *err)
{
	auto_error struct error ignored = {0};
	const char *scratch = module_cache_begin(arena, err), *made = NULL, *kept = NULL;
	if (!scratch)
		return NULL;
	if (fetch(source, commit, scratch, arena, &made, err) == 0)
		kept = module_cache_keep(made, name, arena, err);
	file_remove_tree(scratch, &ignored);
	return kept;
}

int module_fetch(const struct module_source *source, struct arena *arena, const char **directory,
		 struct error *err)
{
	const char *commit = source->commit;
	if (source->kind == MODULE_GIT && !commit && module_commit(source, arena, &commit, err) < 0)
		return -1;
	const char *name = cache_name(source, commit, arena);
	const char *whole = module_cache_find(name, arena);
	if (!whole)
		whole = fetch_whole(source, commit, name, arena, err);
	if (!whole)
		return -1;
	*directory = source->path ? module_within(whole, source->path, arena, err) : whole;
	return *directory ? 0 : -1;
}
