/* One file of a container, found in its volumes, in what it changed, or in its image's layers. */
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <string.h>
#include <sys/stat.h>

/* 1: it is decided there, for better (hex is set) or worse; 0: another place must say. */
static int look_below(const char *directory, const char *path, char hex[HASH_HEX])
{
	autofree char *file = mem_printf("%s%s", directory, path);
	auto_error struct error ignored = {0};
	struct stat info;
	*hex = '\0';
	if (lstat(file, &info) < 0)
		return 0;
	if (S_ISREG(info.st_mode) && hash_file(file, hex, &ignored) < 0)
		*hex = '\0';
	return 1;
}

static const char *below(const char *path, const char *directory)
{
	size_t len = strlen(directory);
	return strncmp(path, directory, len) == 0 && path[len] == '/' ? path + len : NULL;
}

static void find(const struct oci *oci, const char *id, const struct value *container,
		 const char *path, char hex[HASH_HEX])
{
	const struct value *mounts = value_get(container, "Mounts");
	const struct value *layers = value_get(container, "Layers");
	autofree char *upper = store_path(oci, "containers/%s/upper", id);
	for (size_t i = 0; i < mounts->list.len; i++) {
		const struct value *mount = mounts->list.items[i];
		const char *rest = below(path, value_text(value_get(mount, "Destination")));
		if (rest) {
			look_below(value_text(value_get(mount, "Source")), rest, hex);
			return;
		}
	}
	if (look_below(upper, path, hex))
		return;
	for (size_t i = layers->list.len; i-- > 0;) {
		const char *digest = value_text(layers->list.items[i]);
		autofree char *tree = store_path(oci, "layers/%s/tree", digest + strlen("sha256:"));
		if (look_below(tree, path, hex))
			return;
	}
}

static int digest(struct reply *reply, const char *ref, const char *path)
{
	char id[ID_HEX], hex[HASH_HEX] = {0};
	if (!oci_container_find(reply->oci, ref, id))
		return reply_no_container(reply, ref);
	const struct value *container =
		oci_container_read(reply->oci, &reply->arena, id, &reply->error);
	if (!container)
		return -1;
	if (*path == '/' && !strstr(path, "/.."))
		find(reply->oci, id, container, path, hex);
	if (!*hex)
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
