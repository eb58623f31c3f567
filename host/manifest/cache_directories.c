/* `cache`: directories that stay from build to build. */
#include "host/manifest/reader.h"

#include "common/own.h"

#include <stddef.h>
#include <string.h>

static const struct reader_key keys[] = {
	{.name = "path",
	 TAKES_TEXT,
	 offsetof(struct cache_directory, path),
	 reader_absolute,
	 "the directory, which begins as what the image has there; that stays as it is",
	 .pattern = "^/."},
	{.name = "locked",
	 TAKES_FLAG,
	 offsetof(struct cache_directory, locked),
	 reader_flag,
	 "`true`: two builds on this machine do not use it at once, the second one waits"},
};
const struct reader_section cache_section = {"a cache directory", keys, COUNT_OF(keys), false};

/* Nothing may be mounted over the agent or what the kernel shows. */
static const char *reserved(const char *path)
{
	static const char *const roots[] = {"/tools", "/proc", "/sys", "/dev"};
	for (size_t i = 0; i < COUNT_OF(roots); i++) {
		size_t len = strlen(roots[i]);
		if (strncmp(path, roots[i], len) == 0 && (!path[len] || path[len] == '/'))
			return roots[i];
	}
	return path[strspn(path, "/")] ? NULL : "/";
}

static bool has_dots(const char *path)
{
	for (const char *at = path; (at = strstr(at, "/..")); at += 3)
		if (!at[3] || at[3] == '/')
			return true;
	return false;
}

static int check(struct reader *reader, const struct value *from, struct cache_directory *cache)
{
	const struct manifest *manifest = reader->manifest;
	if (!cache->path)
		return reader_fail(reader, from, "a cache directory needs a path");
	if (cache->path[0] != '/' || has_dots(cache->path))
		return reader_fail(reader, from,
				   "the cache directory '%s' must be an absolute path without '..'",
				   cache->path);
	if (reserved(cache->path))
		return reader_fail(reader, from, "a cache directory can't be at %s",
				   reserved(cache->path));
	for (size_t i = 0; i < manifest->cache_count; i++)
		if (strcmp(manifest->caches[i].path, cache->path) == 0)
			return reader_fail(reader, from, "the cache directory '%s' is there twice",
					   cache->path);
	return 0;
}

static int add(struct reader *reader, const struct value *from)
{
	struct manifest *manifest = reader->manifest;
	struct cache_directory *cache = &manifest->caches[manifest->cache_count];
	*cache = (struct cache_directory){.at = reader_at(reader, from)};
	if (from->kind == VALUE_MAP && reader_map(reader, from, &cache_section, cache) < 0)
		return -1;
	if (from->kind != VALUE_MAP)
		cache->path = value_text(from);
	if (cache->path) { /* without slashes at its end, as the engine would have it */
		size_t len = strlen(cache->path);
		while (len > 1 && cache->path[len - 1] == '/')
			len--;
		cache->path = arena_strndup(&manifest->arena, cache->path, len);
	}
	if (check(reader, from, cache) < 0)
		return -1;
	manifest->cache_count++;
	return 0;
}

int reader_caches(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	const struct value *from = entry->value;
	bool list = from->kind == VALUE_LIST;
	size_t count = list ? from->list.len : 1;
	int status = 0;
	if (manifest->travis) /* there it names package managers */
		return reader_ignored(reader, entry, target);
	manifest->caches = arena_alloc(&manifest->arena, count * sizeof *manifest->caches);
	for (size_t i = 0; i < count; i++)
		if (add(reader, list ? from->list.items[i] : from) < 0)
			status = -1;
	return status;
}
