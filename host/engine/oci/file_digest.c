/* One file of a container, found in its volumes, in what it changed, or in its image's layers. */
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <string.h>
#include <sys/stat.h>

static const char *below(const char *path, const char *directory)
{
	size_t len = strlen(directory);
	return strncmp(path, directory, len) == 0 && path[len] == '/' ? path + len : NULL;
}

/* Where on this machine it is; NULL: there is none. */
static char *find(const struct oci *oci, const char *id, const struct value *container,
		  const char *path, struct stat *info)
{
	const struct value *mounts = value_get(container, "Mounts");
	autofree char *upper = store_path(oci, "containers/%s/upper", id);
	for (size_t i = 0; i < mounts->list.len; i++) {
		const struct value *mount = mounts->list.items[i];
		const char *rest = below(path, value_text(value_get(mount, "Destination")));
		if (!rest)
			continue;
		autofree char *file =
			mem_printf("%s%s", value_text(value_get(mount, "Source")), rest);
		return lstat(file, info) == 0 ? STEAL(file) : NULL;
	}
	int changed = lookup_upper(upper, path, info);
	if (changed)
		return changed > 0 ? mem_printf("%s%s", upper, path) : NULL;
	return lookup_layers(oci, value_get(container, "Layers"), path, info);
}

static int digest(struct reply *reply, const char *ref, const char *path)
{
	char id[ID_HEX], hex[HASH_HEX];
	struct stat info;
	const struct value *container = reply_container(reply, ref, id);
	if (!container)
		return -1;
	bool sane = *path == '/' && !strstr(path, "/..");
	autofree char *file = sane ? find(reply->oci, id, container, path, &info) : NULL;
	auto_error struct error ignored = {0};
	if (!file || !S_ISREG(info.st_mode) || hash_file(file, hex, &ignored) < 0)
		return reply_refuse(reply, ENGINE_NOT_FOUND, "there is no file %s in %s", path,
				    ref);
	reply->id = arena_strdup(&reply->arena, hex);
	return 0;
}

void oci_file_digest(struct engine *engine, const char *id, const char *path, engine_done *done,
		     void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, digest(reply, id, path));
}
