/* Directories for what is on its way, incoming/NAME/. Whoever works in one holds its lock; one that
 * nobody holds was left by a driver that was killed. */
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

static int open_lock(const char *path)
{
	autofree char *lock = mem_printf("%s/lock", path);
	return open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

char *scratch_new(const struct oci *oci, int *held, struct error *err)
{
	autoclose int lock = store_lock(oci, err);
	autofree char *path = store_path(oci, "incoming/XXXXXX");
	autofree char *blobs = NULL;
	*held = -1;
	if (lock < 0)
		return NULL;
	if (mkdtemp(path)) {
		*held = open_lock(path);
		blobs = mem_printf("%s/blobs", path);
	}
	if (blobs && *held >= 0 && flock(*held, LOCK_EX) == 0 && mkdir(blobs, 0700) == 0)
		return STEAL(path);
	error_errno(err, "can't make a directory in %s/incoming", oci->root);
	if (*held >= 0)
		close(*held);
	*held = -1;
	return NULL;
}

/* A child that was killed may take a moment to end. */
void scratch_remove(const struct oci *oci, const char *path)
{
	auto_error struct error ignored = {0};
	autoclose int held = open_lock(path);
	if (held >= 0)
		flock(held, LOCK_EX);
	autoclose int lock = store_lock(oci, &ignored);
	file_remove_tree(path, &ignored);
}

void scratch_sweep(const struct oci *oci)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	autofree char *directory = store_path(oci, "incoming");
	bool found = false;
	for (char **name = store_names(&arena, directory); *name; name++) {
		autofree char *path = mem_printf("%s/%s", directory, *name);
		autoclose int held = open_lock(path);
		if (held < 0 || flock(held, LOCK_EX | LOCK_NB) < 0)
			continue;
		file_remove_tree(path, &ignored);
		found = true;
	}
	if (found)
		store_sweep(oci);
}
