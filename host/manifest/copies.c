#include "common/own.h"
#include "host/manifest/reader.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

static int read_source(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	const char *path = text ? reader_path(reader, entry->value, text) : NULL;
	if (!path)
		return -1;
	*(const char **)target = path;
	return 0;
}

/* YAML would make 420 of 0644 in one version and 644 in the next: the text as written is octal. */
static int read_mode(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	if (strncmp(text, "0o", 2) == 0)
		text += 2;
	char *end;
	long mode = strtol(text, &end, 8);
	if (!*text || *end || mode < 0 || mode > 07777)
		return reader_fail(reader, entry->value, "'mode' must be octal, such as 0644");
	*(int *)target = (int)mode;
	return 0;
}

static const struct reader_key keys[] = {
	{.name = "source",
	 TAKES_TEXT,
	 offsetof(struct copy, source),
	 read_source,
	 "a file or a directory, from the manifest's own",
	 .pattern = "."},
	{.name = "destination",
	 TAKES_TEXT,
	 offsetof(struct copy, destination),
	 reader_absolute,
	 "an absolute path; one that ends in / is a directory to copy into",
	 .pattern = "^/"},
	{.name = "mode",
	 TAKES_TEXT,
	 offsetof(struct copy, mode),
	 read_mode,
	 "octal, of files",
	 .pattern = "^(0o)?[0-7]{1,5}$"},
	{.name = "owner",
	 TAKES_TEXT,
	 offsetof(struct copy, owner),
	 reader_text,
	 "`user[:group]`; default: root"},
};
const struct reader_section copy_section = {"a copy", keys, COUNT_OF(keys), false};

/* "SOURCE:DESTINATION" */
static int split_short(struct reader *reader, const struct value *from, struct copy *copy)
{
	const char *text = value_text(from);
	const char *colon = text ? strchr(text, ':') : NULL;
	if (!colon || colon == text)
		return reader_fail(reader, from, "a copy is SOURCE:DESTINATION, or a map");
	const char *source = arena_strndup(&reader->manifest->arena, text, (size_t)(colon - text));
	copy->source = reader_path(reader, from, source);
	copy->destination = colon + 1;
	return copy->source ? 0 : -1;
}

static int check(struct reader *reader, const struct value *from, const struct copy *copy)
{
	if (!copy->source || !copy->destination)
		return reader_fail(reader, from, "a copy needs a source and a destination");
	if (copy->destination[0] != '/')
		return reader_fail(reader, from, "the destination '%s' must be an absolute path",
				   copy->destination);
	if (access(copy->source, R_OK) < 0)
		return reader_fail(reader, from, "there is no %s to copy", copy->source);
	return 0;
}

static int add_copy(struct reader *reader, const struct value *from)
{
	struct manifest *manifest = reader->manifest;
	struct copy *copy = &manifest->copies[manifest->copy_count];
	*copy = (struct copy){.mode = -1, .at = reader_at(reader, from)};
	int status = from->kind == VALUE_MAP ? reader_map(reader, from, &copy_section, copy)
					     : split_short(reader, from, copy);
	if (status < 0 || check(reader, from, copy) < 0)
		return -1;
	manifest->copy_count++;
	return 0;
}

int reader_copies(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)target;
	struct manifest *manifest = reader->manifest;
	const struct value *from = entry->value;
	size_t count = from->kind == VALUE_LIST ? from->list.len : 1;
	manifest->copies = arena_alloc(&manifest->arena, count * sizeof *manifest->copies);
	if (from->kind != VALUE_LIST)
		return add_copy(reader, from);
	int status = 0;
	for (size_t i = 0; i < count; i++)
		if (add_copy(reader, from->list.items[i]) < 0)
			status = -1;
	return status;
}
