/* Any bytes as an archive: whatever is unpacked is below its directory, and no link leads out. */
#include "common/file.h"
#include "common/own.h"
#include "host/modules/unpack.h"
#include "host/tree/tree.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A link that leads nowhere may; one that leads somewhere leads inside. */
static int check_entry(void *ctx, const struct tree_entry *entry, struct error *err)
{
	const char *root = ctx;
	char real[PATH_MAX];
	(void)err;
	if (entry->mode & 07000)
		abort();
	if (entry->kind == TREE_LINK && realpath(entry->path, real) &&
	    strncmp(real, root, strlen(root)) != 0)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char around[] = "/tmp/factory-fuzz-XXXXXX", archive[64], into[64];
	auto_error struct error err = {0}, ignored = {0};
	if (!mkdtemp(around))
		abort();
	snprintf(archive, sizeof archive, "%s/archive", around);
	snprintf(into, sizeof into, "%s/into", around);
	if (mkdir(into, 0755) < 0 ||
	    file_replace(archive, data, size, 0600, (uid_t)-1, (gid_t)-1, &err) < 0)
		abort();
	if (unpack_archive("archive", archive, into, &err) < 0 && !err.message)
		abort();
	if (tree_walk(into, check_entry, into, &ignored) < 0)
		abort();
	if (unlink(archive) < 0 || file_remove_tree(into, &ignored) < 0 || rmdir(around) < 0)
		abort();
	return 0;
}
