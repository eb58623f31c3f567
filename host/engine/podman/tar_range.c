#include "host/engine/podman/tar_range.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 512, MOST_BEFORE = 8 };

/* POSIX's ustar header (pax, IEEE Std 1003.1). */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100],
		magic[8], user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};

static int broken(struct error *err)
{
	return error_set(err, "what the engine saved is no tar archive");
}

/* Octal digits, or a large number in base 256. -1: neither. */
static int64_t number(const char *field, size_t len)
{
	int64_t value = 0;
	if ((unsigned char)*field == 0x80) {
		for (size_t i = 1; i < len; i++) {
			if (value >> 55)
				return -1;
			value = (value << 8) | (unsigned char)field[i];
		}
		return value;
	}
	for (size_t i = 0; i < len && field[i] && field[i] != ' '; i++) {
		if (field[i] < '0' || field[i] > '7')
			return -1;
		value = value * 8 + (field[i] - '0');
	}
	return value;
}

static void read_name(const struct header *header, char name[256])
{
	char whole[257] = "";
	size_t prefix = memcmp(header->magic, "ustar", sizeof "ustar") == 0
				? strnlen(header->prefix, sizeof header->prefix)
				: 0;
	size_t len = strnlen(header->name, sizeof header->name);
	memcpy(whole, header->prefix, prefix);
	whole[prefix] = '/';
	memcpy(whole + prefix + 1, header->name, len);
	char *begin = whole, *end = whole + prefix + 1 + len;
	while (end > begin && end[-1] == '/')
		*--end = '\0';
	while (*begin == '/' || (begin[0] == '.' && begin[1] == '/'))
		begin++;
	memmove(name, begin, (size_t)(end - begin) + 1);
}

/* 1: read; 0: at the end. */
static int read_header(const struct tar_range *range, off_t at, struct header *header,
		       struct error *err)
{
	static const struct header zeros;
	if (at + BLOCK > range->end)
		return at == range->end ? 0 : broken(err);
	if (pread(range->fd, header, BLOCK, at) != BLOCK)
		return error_errno(err, "can't read what the engine saved");
	return memcmp(header, &zeros, BLOCK) != 0;
}

static int take(const struct header *header, off_t at, const struct tar_range *range,
		struct tar_entry *entry, struct error *err)
{
	int64_t size = number(header->size, sizeof header->size);
	if (size < 0 || size > range->end - at - BLOCK)
		return broken(err);
	entry->type = header->type;
	entry->size = size;
	entry->data = at + BLOCK;
	entry->next = entry->data + (size + BLOCK - 1) / BLOCK * BLOCK;
	return entry->next > range->end ? broken(err) : 0;
}

/* An entry's own attributes, which headers before it may only add to. */
static bool stands_before(char type)
{
	return type && strchr("xgLK", type);
}

int tar_next(struct tar_range *range, struct tar_entry *entry, struct error *err)
{
	struct header header;
	off_t at = range->at;
	entry->begin = at;
	for (int i = 0; i < MOST_BEFORE; i++) {
		int status = read_header(range, at, &header, err);
		if (status <= 0)
			return status < 0 || i == 0 ? status : broken(err);
		if (take(&header, at, range, entry, err) < 0)
			return -1;
		at = entry->next;
		if (stands_before(header.type))
			continue;
		read_name(&header, entry->name);
		memcpy(entry->link, header.link, sizeof header.link);
		entry->link[sizeof header.link] = '\0';
		entry->mode = (unsigned)number(header.mode, sizeof header.mode) &
			      07777; /* not the type */
		entry->uid = (unsigned)number(header.uid, sizeof header.uid);
		entry->gid = (unsigned)number(header.gid, sizeof header.gid);
		range->at = at;
		return 1;
	}
	return broken(err);
}

int tar_find(struct tar_range range, const char *name, struct tar_range *found, struct error *err)
{
	struct tar_entry entry;
	int status;
	while ((status = tar_next(&range, &entry, err)) > 0) {
		if (strcmp(entry.name, name) != 0 || (entry.type && entry.type != '0'))
			continue;
		*found = (struct tar_range){range.fd, entry.data, entry.data + entry.size};
		return 1;
	}
	return status;
}
