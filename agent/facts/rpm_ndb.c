/* rpm's own database format, openSUSE's (Packages.db): a page or more of slots, each of which says
 * where a package's header is, in blocks of 16 bytes. All numbers are little-endian. */
#include "agent/facts/packages.h"
#include "common/buffer.h"
#include "common/own.h"

#include <string.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	BLOCK = 16,
	SLOT = 16,
	BLOB_HEAD = 16,
	MOST_PAGES = 1 << 10,
	HEADER_PREFIX = 64 << 10
};

static uint32_t little_endian(const char *text)
{
	const unsigned char *bytes = (const void *)text;
	return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 |
	       bytes[0];
}

static bool read_at(int fd, char *to, size_t len, uint64_t offset)
{
	return pread(fd, to, len, (off_t)offset) == (ssize_t)len;
}

/* "BlbS", the package's number, a time, the header's length; then the header. */
static void take_slot(int fd, const char *slot, facts_package_found *found, void *ctx)
{
	char head[BLOB_HEAD], version[FACTS_RPM_VERSION];
	auto_buf struct buf header = {0};
	struct facts_package package;
	uint64_t at = (uint64_t)little_endian(slot + 8) * BLOCK;
	uint64_t room = (uint64_t)little_endian(slot + 12) * BLOCK;
	if (!read_at(fd, head, sizeof head, at) || memcmp(head, "BlbS", 4) != 0 ||
	    room < sizeof head)
		return;
	uint64_t len = little_endian(head + 12);
	len = len > room - sizeof head ? room - sizeof head : len;
	len = len > HEADER_PREFIX ? HEADER_PREFIX : len;
	char *to = buf_reserve(&header, (size_t)len);
	if (read_at(fd, to, (size_t)len, at + sizeof head) &&
	    facts_rpm_package(to, (size_t)len, version, &package))
		found(ctx, &package);
}

/* The first two slots are the file's own head. */
static int64_t take_page(int fd, const char *page, bool first, facts_package_found *found,
			 void *ctx)
{
	int64_t count = 0;
	for (size_t at = first ? 2 * SLOT : 0; at < PAGE; at += SLOT) {
		if (memcmp(page + at, "Slot", 4) != 0 || !little_endian(page + at + 8))
			continue;
		count++;
		if (found)
			take_slot(fd, page + at, found, ctx);
	}
	return count;
}

int64_t facts_read_rpm_ndb(struct facts_system *system, const char *path,
			   facts_package_found *found, void *ctx)
{
	autoclose int fd = facts_open(system, path);
	char page[PAGE];
	int64_t count = 0;
	if (fd < 0 || !read_at(fd, page, sizeof page, 0) || memcmp(page, "RpmP", 4) != 0 ||
	    little_endian(page + 4) != 0)
		return -1;
	uint32_t pages = little_endian(page + 12);
	for (uint32_t i = 0; i < pages && i < MOST_PAGES; i++) {
		if (!read_at(fd, page, sizeof page, (uint64_t)i * PAGE))
			break;
		count += take_page(fd, page, i == 0, found, ctx);
	}
	return count;
}
