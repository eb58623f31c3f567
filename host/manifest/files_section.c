#include "common/own.h"
#include "host/manifest/reader.h"

#include <stddef.h>
#include <sys/stat.h>

static int read_path(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct files_root *root = target;
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	root->at = reader_at(reader, entry->value);
	root->path = reader_path(reader, entry->value, text);
	if (!root->path)
		return -1;
	const char *config = arena_printf(&reader->manifest->arena, "%s/template.hcl", root->path);
	struct stat info;
	if (stat(root->path, &info) < 0 || !S_ISDIR(info.st_mode))
		return reader_fail(reader, entry->value, "there is no directory %s", root->path);
	if (stat(config, &info) < 0)
		return reader_fail(reader, entry->value,
				   "there is no %s: it says which templates go where", config);
	return 0;
}

static int read_params(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)reader;
	((struct files_root *)target)->params = entry->value;
	return 0;
}

static const struct reader_key keys[] = {
	{.name = "path",
	 TAKES_TEXT,
	 0,
	 read_path,
	 "the directory, from the manifest's own",
	 .pattern = "."},
	{.name = "params",
	 TAKES_TREE,
	 0,
	 read_params,
	 "what its templates have as the fact `params`: `{{ fact \"params.port\" }}`"},
};
const struct reader_section files_section = {"an entry of 'files'", keys, COUNT_OF(keys), false};

static int read_root(struct reader *reader, const struct value *from, struct files_root *root)
{
	const struct value_entry entry = {.key = "files", .value = (struct value *)from};
	*root = (struct files_root){0};
	if (from->kind != VALUE_MAP)
		return read_path(reader, &entry, root);
	if (reader_map(reader, from, &files_section, root) < 0)
		return -1;
	return root->path ? 0 : reader_fail(reader, from, "an entry of 'files' needs a `path`");
}

int reader_files(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	const struct value *from = entry->value;
	bool is_list = from->kind == VALUE_LIST;
	size_t count = is_list ? from->list.len : 1;
	int status = 0;
	manifest->files = arena_alloc(&manifest->arena, (count + 1) * sizeof *manifest->files);
	for (size_t i = 0; i < count; i++)
		if (read_root(reader, is_list ? from->list.items[i] : from,
			      &manifest->files[manifest->files_count]) < 0)
			status = -1;
		else
			manifest->files_count++;
	return status;
}
