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
		if (*entry->path != '/' || !*entry->state)
			return error_set(err, "a list of files makes no sense");
	}
	qsort(listing->entries, listing->count, sizeof *listing->entries, by_path);
	return 0;
}

void listing_free(struct listing *listing)
{
	buf_free(&listing->text);
	free(listing->entries);
	*listing = (struct listing){0};
}
