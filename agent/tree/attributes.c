#include "agent/tree/tree.h"

#include "common/buffer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/xattr.h>

/* What the overlay keeps for itself is no part of a file, nor what a security module says of it:
 * SELinux labels all files of a container as that container's. */
static bool is_own(const char *name)
{
	if (strncmp(name, "security.", 9) == 0)
		return strcmp(name, "security.capability") == 0;
	return strncmp(name, "trusted.overlay.", 16) != 0 &&
	       strncmp(name, "user.overlay.", 13) != 0;
}

static int add_attribute(const char *path, const char *name, struct buf *out, struct error *err)
{
	if (!is_own(name))
		return 0;
	ssize_t len = lgetxattr(path, name, NULL, 0);
	uint32_t size = len > 0 ? (uint32_t)len : 0;
	buf_add(out, name, strlen(name) + 1);
	buf_add(out, &size, sizeof size);
	if (len > 0 && lgetxattr(path, name, buf_reserve(out, size), size) != len)
		len = -1;
	if (len < 0)
		return error_errno(err, "can't read the attribute %s of \"%s\"", name, path);
	out->len += size;
	return 0;
}

int tree_attributes(const char *path, struct buf *out, struct error *err)
{
	char names[64 << 10];
	ssize_t len = llistxattr(path, names, sizeof names);
	if (len < 0)
		return errno == ENOTSUP || errno == EOPNOTSUPP
			       ? 0
			       : error_errno(err, "can't list the attributes of \"%s\"", path);
	for (const char *name = names; name < names + len; name += strlen(name) + 1)
		if (add_attribute(path, name, out, err) < 0)
			return -1;
	return 0;
}
