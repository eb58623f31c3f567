#include "host/merge/listing.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

static int by_path(const void *left, const void *right)
{
	return strcmp(((const struct listed *)left)->path, ((const struct listed *)right)->path);
}

static size_t count_texts(const struct buf *text)
{
	size_t count = 0;
	for (size_t i = 0; i < text->len; i++)
		count += !text->data[i];
	return count;
}

int listing_add(struct listing *listing, const char *data, size_t len, struct error *err)
{
	if (len > LISTING_MAX - listing->text.len)
		return error_set(err, "a list of files is longer than %d MiB", LISTING_MAX >> 20);
	buf_add(&listing->text, data, len);
	return 0;
}

static bool is_twice(const struct listing *listing, size_t i)
{
	return i && strcmp(listing->entries[i - 1].path, listing->entries[i].path) == 0;
}

int listing_read(struct listing *listing, struct error *err)
{
	const struct buf *text = &listing->text;
	size_t texts = count_texts(text);
	if (texts % 2 || (text->len && text->data[text->len - 1]))
		return error_set(err, "a list of files ends in the middle");
	listing->entries = mem_alloc((texts / 2 + 1) * sizeof *listing->entries);
	for (const char *at = text->data; listing->count < texts / 2;) {
		struct listed *entry = &listing->entries[listing->count++];
		entry->path = at;
		entry->state = at + strlen(at) + 1;
		at = entry->state + strlen(entry->state) + 1;
	}
	qsort(listing->entries, listing->count, sizeof *listing->entries, by_path);
	for (size_t i = 0; i < listing->count; i++)
		if (*listing->entries[i].path != '/' || !*listing->entries[i].state ||
		    is_twice(listing, i))
			return error_set(err, "a list of files makes no sense");
	return 0;
}

void listing_free(struct listing *listing)
{
	buf_free(&listing->text);
	free(listing->entries);
	*listing = (struct listing){0};
}
