/* A package's header in rpm's database: the number of index entries and the length of the data, the
 * entries (tag, type, offset, count; 16 bytes each), then the data. All numbers are big-endian. */
#include "agent/facts/packages.h"

#include <stdio.h>
#include <string.h>

enum { ENTRY = 16, INTRODUCTION = 8 };
enum tag {
	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_EPOCH = 1003,
	TAG_ARCH = 1022
};
enum type { TYPE_INT32 = 4, TYPE_STRING = 6 };

struct header {
	const unsigned char *entries, *data;
	size_t entry_count, data_len;
};

static uint32_t big_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static bool open_header(const char *text, size_t len, struct header *header)
{
	const unsigned char *bytes = (const void *)text;
	if (len < INTRODUCTION)
		return false;
	uint64_t entries = big_endian(bytes), data = big_endian(bytes + 4);
	if (INTRODUCTION + entries * ENTRY > len)
		return false;
	if (data > len - INTRODUCTION - entries * ENTRY)
		data = len - INTRODUCTION - entries * ENTRY;
	*header = (struct header){bytes + INTRODUCTION, bytes + INTRODUCTION + entries * ENTRY,
				  (size_t)entries, (size_t)data};
	return true;
}

/* Where a tag's data begins, with `left` bytes up to the end of all; NULL where it isn't there. */
static const unsigned char *data_of(const struct header *header, enum tag tag, enum type type,
				    size_t *left)
{
	for (size_t i = 0; i < header->entry_count; i++) {
		const unsigned char *entry = header->entries + i * ENTRY;
		uint32_t offset = big_endian(entry + 8);
		if (big_endian(entry) != tag || big_endian(entry + 4) != type ||
		    offset >= header->data_len)
			continue;
		*left = header->data_len - offset;
		return header->data + offset;
	}
	return NULL;
}

static const char *text_of(const struct header *header, enum tag tag)
{
	size_t left;
	const unsigned char *text = data_of(header, tag, TYPE_STRING, &left);
	return text && memchr(text, '\0', left) ? (const char *)text : "";
}

bool facts_rpm_package(const char *text, size_t len, char version[FACTS_RPM_VERSION],
		       struct facts_package *package)
{
	struct header header;
	size_t left = 0;
	if (!open_header(text, len, &header))
		return false;
	const unsigned char *epoch = data_of(&header, TAG_EPOCH, TYPE_INT32, &left);
	const char *release = text_of(&header, TAG_RELEASE);
	int used = 0;
	if (epoch && left >= 4)
		used = snprintf(version, FACTS_RPM_VERSION, "%u:", big_endian(epoch));
	snprintf(version + used, FACTS_RPM_VERSION - (size_t)used, "%s%s%s",
		 text_of(&header, TAG_VERSION), *release ? "-" : "", release);
	*package = (struct facts_package){text_of(&header, TAG_NAME), version,
					  text_of(&header, TAG_ARCH)};
	return *package->name != '\0';
}
