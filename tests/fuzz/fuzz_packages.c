/* Readers of package databases: the first byte chooses one, the rest is its file. */
#include "agent/facts/packages.h"
#include "common/own.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct file {
	struct facts_system system; /* first: the hook gets its address */
	const uint8_t *data;
	size_t size;
};

static int open_data(struct facts_system *system, const char *path)
{
	const struct file *file = (const struct file *)system;
	int fd = memfd_create(path, MFD_CLOEXEC);
	if (fd >= 0 && (write(fd, file->data, file->size) != (ssize_t)file->size ||
			lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Reads all of what it gets, so that a text that doesn't end is seen. */
static void take(void *ctx, const struct facts_package *package)
{
	size_t *sum = ctx;
	*sum += strlen(package->name) + strlen(package->version) + strlen(package->architecture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static facts_package_reader *const readers[] = {facts_read_dpkg, facts_read_apk,
							facts_read_rpm_sqlite, facts_read_rpm_ndb};
	size_t sum = 0;
	if (!size)
		return 0;
	struct file file = {.data = data + 1, .size = size - 1};
	facts_system_tree(&file.system, "");
	file.system.open = open_data;
	readers[data[0] % COUNT_OF(readers)](&file.system, "x", NULL, NULL);
	readers[data[0] % COUNT_OF(readers)](&file.system, "x", take, &sum);
	return 0;
}
