/* `pillar:` and `facts:` in a manifest. */
#include "common/own.h"
#include "host/manifest/condition.h"
#include "host/manifest/reader.h"

#include <unistd.h>

static int read_path(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	((struct pillar_file *)target)->path = reader_path(reader, text);
	return 0;
}

static int read_match(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct pillar_file *file = target;
	file->match = reader_strings(reader, entry);
	return file->match ? 0 : -1;
}

static int read_when(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct pillar_file *file = target;
	auto_error struct error failure = {0};
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	file->condition = condition_parse(&reader->manifest->arena, "'when'", text, &failure);
	return file->condition ? 0
			       : reader_fail(reader, entry->value, "this is no expression: %s",
					     failure.message);
}

static const struct reader_key file_keys[] = {
	{"file", read_path},
	{"match", read_match},
	{"when", read_when},
};

/* A path, or a map of what chooses it. */
static int add_file(struct reader *reader, const struct value *from)
{
	struct pillar *pillar = &reader->manifest->pillar;
	struct pillar_file *file = &pillar->files[pillar->count];
	*file = (struct pillar_file){.at = reader_at(reader, from)};
	if (from->kind == VALUE_STRING)
		file->path = reader_path(reader, from->string.data);
	else if (reader_map(reader, from, "a pillar file", file_keys, COUNT_OF(file_keys), file) <
		 0)
		return -1;
	if (!file->path)
		return reader_fail(reader, from, "a pillar file needs its path: `file: PATH`");
	if (access(file->path, R_OK) < 0)
		return reader_fail(reader, from, "there is no %s", file->path);
	pillar->count++;
	return 0;
}

int reader_pillar(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	const struct value *list = entry->value;
	if (list->kind != VALUE_LIST)
		return reader_fail(reader, list, "'pillar' must be a list of files");
	manifest->pillar.files = arena_alloc(&manifest->arena,
					     (list->list.len + 1) * sizeof *manifest->pillar.files);
	for (size_t i = 0; i < list->list.len; i++)
		if (add_file(reader, list->list.items[i]) < 0)
			return -1;
	return 0;
}

int reader_facts(struct reader *reader, const struct value_entry *entry, void *target)
{
	if (entry->value->kind != VALUE_MAP)
		return reader_fail(reader, entry->value,
				   "'facts' must be a map of names to values");
	((struct manifest *)target)->facts = entry->value;
	return 0;
}
