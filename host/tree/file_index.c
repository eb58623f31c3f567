#include "host/tree/file_index.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/user_cache.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

enum { LARGEST_INDEX = 256 << 20 };

/* A file system may round times to two seconds (FAT). */
static const int64_t grain_ns = 2000000000;

/* The file starts with one of these, and as many entries follow as it says; in the machine's own
 * order of bytes: it never leaves the machine. */
struct header {
	char magic[16];
	int64_t written_ns; /* before the first file was looked at */
	uint64_t count;
};
static const char magic[16] = "factory index 1";

struct entry {
	uint64_t name; /* a hash of it */
	uint64_t inode, size;
	int64_t modified_ns, changed_ns;
	unsigned char digest[HASH_SIZE];
};

struct file_index {
	char *path; /* NULL: it is kept nowhere */
	struct buf old;
	const struct entry *entries; /* of `old`, in the order in which they were asked for */
	size_t count, next;
	int64_t written_ns;
	uint32_t *slots; /* entry + 1, by name; made when the order has changed */
	size_t slot_count;
	struct buf new;
	size_t read;
};

static int64_t nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

/* FNV-1a, 64 bits. */
static uint64_t hash_name(const char *name)
{
	uint64_t hash = 14695981039346656037u;
	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 1099511628211u;
	return hash;
}

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return nanoseconds(&now);
}

/* Of an index from the future it can't be told which files were settled: the clock was set back. */
static void load(struct file_index *index)
{
	auto_error struct error ignored = {0};
	struct header header;
	if (file_read(index->path, LARGEST_INDEX, &index->old, &ignored) < 0 ||
	    index->old.len < sizeof header)
		return;
	memcpy(&header, index->old.data, sizeof header);
	size_t room = (index->old.len - sizeof header) / sizeof(struct entry);
	if (memcmp(header.magic, magic, sizeof magic) != 0 || header.count != room ||
	    header.written_ns > now_ns())
		return;
	index->entries = (const struct entry *)(const void *)(index->old.data + sizeof header);
	index->count = room;
	index->written_ns = header.written_ns;
}

static void begin_new(struct file_index *index)
{
	struct header header = {0};
	memcpy(header.magic, magic, sizeof magic);
	header.written_ns = now_ns();
	buf_add(&index->new, &header, sizeof header);
}

struct file_index *file_index_open(const char *root)
{
	struct file_index *index = mem_alloc(sizeof *index);
	char real[PATH_MAX], hex[HASH_HEX];
	if (realpath(root, real)) {
		hash_hex(real, strlen(real), hex);
		autofree char *name = mem_printf("files/%s", hex);
		index->path = user_cache_path(name);
	}
	if (index->path)
		load(index);
	begin_new(index);
	return index;
}

/* --- finding: a walk asks in the same order as the last one did, but for what came and went --- */

static void make_slots(struct file_index *index)
{
	index->slot_count = 16;
	while (index->slot_count < index->count * 2)
		index->slot_count *= 2;
	index->slots = mem_alloc(index->slot_count * sizeof *index->slots);
	for (size_t i = 0; i < index->count; i++) {
		size_t at = index->entries[i].name & (index->slot_count - 1);
		while (index->slots[at])
			at = (at + 1) & (index->slot_count - 1);
		index->slots[at] = (uint32_t)i + 1;
	}
}

static const struct entry *find(struct file_index *index, uint64_t name)
{
	if (index->next < index->count && index->entries[index->next].name == name)
		return &index->entries[index->next++];
	if (!index->slots)
		make_slots(index);
	for (size_t at = name & (index->slot_count - 1); index->slots[at];
	     at = (at + 1) & (index->slot_count - 1)) {
		size_t found = index->slots[at] - 1;
		if (index->entries[found].name == name) {
			index->next = found + 1;
			return &index->entries[found];
		}
	}
	return NULL;
}

/* A file that was changed in the moment in which the index was written may have been changed once
 * more since, within one tick of its clock. */
static bool is_settled(const struct file_index *index, const struct entry *now)
{
	int64_t latest = now->modified_ns > now->changed_ns ? now->modified_ns : now->changed_ns;
	return latest < index->written_ns - grain_ns;
}

static bool is_same(const struct entry *a, const struct entry *b)
{
	return a->inode == b->inode && a->size == b->size && a->modified_ns == b->modified_ns &&
	       a->changed_ns == b->changed_ns;
}

static unsigned char digit(char c)
{
	return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void from_hex(const char hex[HASH_HEX], unsigned char digest[HASH_SIZE])
{
	for (size_t i = 0; i < HASH_SIZE; i++)
		digest[i] = (unsigned char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
}

int file_index_digest(struct file_index *index, const char *path, const char *name,
		      const struct stat *info, char hex[HASH_HEX], struct error *err)
{
	struct entry now = {.name = hash_name(name),
			    .inode = info->st_ino,
			    .size = (uint64_t)info->st_size,
			    .modified_ns = nanoseconds(&info->st_mtim),
			    .changed_ns = nanoseconds(&info->st_ctim)};
	const struct entry *old = find(index, now.name);
	if (old && is_same(old, &now) && is_settled(index, &now)) {
		memcpy(now.digest, old->digest, HASH_SIZE);
		hash_encode(now.digest, hex);
	} else {
		if (hash_file(path, hex, err) < 0)
			return -1;
		index->read++;
		from_hex(hex, now.digest);
	}
	buf_add(&index->new, &now, sizeof now);
	return 0;
}

size_t file_index_read_files(const struct file_index *index)
{
	return index->read;
}

static void save(struct file_index *index)
{
	auto_error struct error ignored = {0};
	struct header header;
	memcpy(&header, index->new.data, sizeof header);
	header.count = (index->new.len - sizeof header) / sizeof(struct entry);
	memcpy(index->new.data, &header, sizeof header);
	if (file_make_parents(index->path, &ignored) == 0)
		file_replace(index->path, index->new.data, index->new.len, 0600, (uid_t)-1,
			     (gid_t)-1, &ignored);
}

void file_index_close(struct file_index *index)
{
	if (!index)
		return;
	if (index->read && index->path)
		save(index);
	buf_free(&index->old);
	buf_free(&index->new);
	free(index->slots);
	free(index->path);
	free(index);
}
