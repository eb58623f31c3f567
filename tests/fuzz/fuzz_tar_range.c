/* Any bytes as an archive of an image that Podman saved: entries lie within it, one behind the
 * other, and taking Podman's files out of its layer makes an archive that is one again, without
 * them. */
#include "common/own.h"
#include "host/engine/podman/bare.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The number of entries; -1: it is no archive. */
static int walk(struct tar_range range, bool bare)
{
	auto_error struct error err = {0};
	struct tar_entry entry;
	int status, count = 0;
	off_t last = range.at;
	while ((status = tar_next(&range, &entry, &err)) > 0) {
		if (entry.begin != last || entry.data <= entry.begin || entry.next < entry.data ||
		    entry.size < 0 || entry.data + entry.size > range.end ||
		    entry.next > range.end || strlen(entry.name) >= sizeof entry.name)
			abort();
		if (bare && entry.type == '0' && strcmp(entry.name, "etc/hosts") == 0 &&
		    entry.size == 0)
			abort();
		last = entry.next;
		count++;
	}
	if (status < 0 && !err.message)
		abort();
	return status < 0 ? -1 : count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_error struct error err = {0};
	struct tar_range layer;
	char hex[HASH_HEX];
	autoclose int fd = memfd_create("archive", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	walk((struct tar_range){fd, 0, (off_t)size}, false);
	int status = bare_layer(fd, &layer, hex, &err);
	if (status < 0 && !err.message)
		abort();
	if (status == 0 && walk(layer, true) < 0)
		abort();
	return 0;
}
