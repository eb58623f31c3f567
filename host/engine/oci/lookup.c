/* A path as the layers of an image have it, without mounting them. */
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum found { FOUND, LOWER, NOWHERE };

bool overlay_is_whiteout(const struct stat *info)
{
	return S_ISCHR(info->st_mode) && info->st_rdev == 0;
}

bool overlay_is_opaque(const char *directory)
{
	char mark;
	return lgetxattr(directory, "trusted.overlay.opaque", &mark, 1) == 1 && mark == 'y';
}

/* Each directory on the way says whether layers below it count. */
static enum found look_into(const char *tree, const char *path, struct stat *info)
{
	bool opaque = false;
	for (const char *end = path; *end; end += *end == '/') {
		end += strcspn(end, "/");
		autofree char *at = mem_printf("%s/%.*s", tree, (int)(end - path), path);
		if (lstat(at, info) < 0)
			return opaque ? NOWHERE : LOWER;
		if (overlay_is_whiteout(info))
			return NOWHERE;
		if (!*end)
			return FOUND;
		if (!S_ISDIR(info->st_mode))
			return NOWHERE;
		opaque = opaque || overlay_is_opaque(at);
	}
	return NOWHERE;
}

char *lookup_layers(const struct oci *oci, const struct value *layers, const char *path,
		    struct stat *info)
{
	path += strspn(path, "/");
	for (size_t i = value_is(layers, VALUE_LIST) ? layers->list.len : 0; i-- > 0;) {
		const char *digest = value_text(layers->list.items[i]);
		autofree char *tree = store_path(oci, "layers/%s/tree", digest + strlen("sha256:"));
		enum found found = look_into(tree, path, info);
		if (found == FOUND)
			return mem_printf("%s/%s", tree, path);
		if (found == NOWHERE)
			break;
	}
	return NULL;
}

int lookup_upper(const char *upper, const char *path, struct stat *info)
{
	enum found found = look_into(upper, path + strspn(path, "/"), info);
	return found == FOUND ? 1 : found == NOWHERE ? -1 : 0;
}
