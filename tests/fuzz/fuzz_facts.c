/* Every family on files and kernel messages that anything may have written: the first byte chooses
 * the family, the rest is cut at record separators, and each file that is opened is the next piece.
 */
#include "agent/facts/families.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SEPARATOR = 0x1e };

struct pieces {
	struct facts_system system; /* first: the hooks get its address */
	const uint8_t *data;
	size_t size, next;
};

/* Starts again behind the last one, so that short inputs fill every file. */
static const uint8_t *next_piece(struct pieces *pieces, size_t *len)
{
	if (pieces->next >= pieces->size)
		pieces->next = 0;
	const uint8_t *begin = pieces->data + pieces->next;
	size_t left = pieces->size - pieces->next;
	const uint8_t *end = left ? memchr(begin, SEPARATOR, left) : NULL;
	*len = end ? (size_t)(end - begin) : left;
	pieces->next += *len + 1;
	return begin;
}

static int open_piece(struct facts_system *system, const char *path)
{
	size_t len;
	const uint8_t *piece = next_piece((struct pieces *)system, &len);
	int fd = memfd_create(path, MFD_CLOEXEC);
	if (fd >= 0 && (write(fd, piece, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool dump_piece(struct facts_system *system, uint16_t request, struct buf *out)
{
	(void)request;
	size_t len;
	const uint8_t *piece = next_piece((struct pieces *)system, &len);
	buf_add(out, piece, len);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena arena = {0};
	if (!size)
		return 0;
	struct pieces pieces = {.data = data + 1, .size = size - 1};
	facts_system_tree(&pieces.system, "/nonexistent");
	pieces.system.open = open_piece;
	pieces.system.dump = dump_piece;
	strcpy(pieces.system.uts.machine, "x86_64");
	strcpy(pieces.system.uts.nodename, "host");
	facts_families[data[0] % facts_family_count].gather(&pieces.system, &arena);
	return 0;
}
