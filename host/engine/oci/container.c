/* Containers as they are on the disk. */
#include "common/file.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

bool oci_container_find(const struct oci *oci, const char *ref, char id[ID_HEX])
{
	autofree char *directory = store_path(oci, "containers/%s", ref);
	autofree char *name = store_path(oci, "names/%s", ref);
	if (!*ref || strchr(ref, '/') || *ref == '.')
		return false;
	if (strlen(ref) == ID_HEX - 1 && access(directory, F_OK) == 0) {
		memcpy(id, ref, ID_HEX);
		return true;
	}
	ssize_t len = readlink(name, id, ID_HEX);
	if (len != ID_HEX - 1)
		return false;
	id[len] = '\0';
	autofree char *named = store_path(oci, "containers/%s", id);
	return access(named, F_OK) == 0;
}

struct value *oci_container_read(const struct oci *oci, struct arena *arena, const char *id,
				 struct error *err)
{
	autofree char *path = store_path(oci, "containers/%s/container.json", id);
	return store_read(arena, path, err);
}

bool oci_container_runs(const struct oci *oci, const char *id)
{
	autofree char *path = store_path(oci, "containers/%s/lock", id);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

/* The name goes only where it is this container's. */
static void free_name(const struct oci *oci, const char *name, const char *id)
{
	char owner[ID_HEX] = {0};
	autofree char *link = store_path(oci, "names/%s", name);
	if (readlink(link, owner, sizeof owner - 1) > 0 && strcmp(owner, id) == 0)
		unlink(link);
}

int oci_container_discard(const struct oci *oci, const char *id, struct error *err)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	autofree char *directory = store_path(oci, "containers/%s", id);
	const struct value *container = oci_container_read(oci, &arena, id, &ignored);
	const char *name = value_text(value_get(container, "Name"));
	if (name)
		free_name(oci, name, id);
	return file_remove_tree(directory, err);
}
