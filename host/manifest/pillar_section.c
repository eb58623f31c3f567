/* `pillar:` and `facts:` in a manifest. */
#include "common/own.h"
#include "host/manifest/condition.h"
#include "host/manifest/reader.h"

#include <stddef.h>
#include <unistd.h>

#define AT(member) offsetof(struct pillar_file, member)

static int read_file(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	const char *path = text ? reader_path(reader, entry->value, text) : NULL;
	*(const char **)target = path;
	return path ? 0 : -1;
}

static int read_when(struct reader *reader, const struct value_entry *entry, void *target)
{
	auto_error struct error failure = {0};
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	struct condition *condition =
		condition_parse(&reader->manifest->arena, "'when'", text, &failure);
	*(struct condition **)target = condition;
	return condition ? 0
			 : reader_fail(reader, entry->value, "this is no expression: %s",
				       failure.message);
}

static const struct reader_key file_keys[] = {
	{.name = "file",
	 TAKES_TEXT,
	 AT(path),
	 read_file,
	 "the file, from the directory of the one that names it",
	 .pattern = "."},
	{.name = "match",
	 TAKES_NAMES,
	 AT(match),
	 reader_names,
	 "globs over facts, `os.id: deb*`: the file counts where all fit"},
	{.name = "when",
	 TAKES_TEXT,
	 AT(condition),
	 read_when,
	 "a Jinja2 expression over facts: the file counts where it is true"},
};
const struct reader_section pillar_section = {"a pillar file", file_keys, COUNT_OF(file_keys),
					      false};

/* A path, or a map of what chooses it. */
static int read_one(struct reader *reader, const struct value *from, struct pillar_file *file)
{
	const struct value_entry entry = {.key = "pillar", .value = (struct value *)from};
	*file = (struct pillar_file){.at = reader_at(reader, from)};
	int status = from->kind == VALUE_MAP ? reader_map(reader, from, &pillar_section, file)
					     : read_file(reader, &entry, &file->path);
	if (status < 0)
		return -1;
	if (!file->path)
		return reader_fail(reader, from, "a pillar file needs its path: `file: PATH`");
	if (access(file->path, R_OK) < 0)
		return reader_fail(reader, from, "there is no %s", file->path);
	return 0;
}

int reader_pillar(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct pillar *pillar = target;
	const struct value *from = entry->value;
	bool is_list = from->kind == VALUE_LIST;
	size_t count = is_list ? from->list.len : 1;
	int status = 0;
	pillar->files = arena_alloc(&reader->manifest->arena, (count + 1) * sizeof *pillar->files);
	for (size_t i = 0; i < count; i++)
		if (read_one(reader, is_list ? from->list.items[i] : from,
			     &pillar->files[pillar->count]) < 0)
			status = -1;
		else
			pillar->count++;
	return status;
}

int reader_facts(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)reader;
	*(const struct value **)target = entry->value;
	return 0;
}
