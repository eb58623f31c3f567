/* Values from a file: a tree of keys, or what `agent render -record` has written, which answers
 * exactly the wants that were recorded. */
#include "agent/source/source.h"
#include "common/file.h"
#include "common/json.h"
#include "common/kv.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

struct file_source {
	struct source source; /* first: the two are one */
	struct arena arena;
	const char *path;
	struct value *flat;     /* keys */
	struct value *recorded; /* want as JSON -> entry; or NULL */
};

static int get_recorded(const struct file_source *file, const struct want *want,
			struct arena *arena, struct value **found, struct error *err)
{
	auto_buf struct buf key = {0};
	json_write(&key, want_value(arena, want));
	const struct value *entry = value_getn(file->recorded, key.data, key.len);
	if (!entry)
		return error_set(err, "%s has no %s \"%s\": record it again", file->path,
				 want->kind, want->name);
	struct value *value = value_get(entry, "value");
	*found = value && value->kind != VALUE_NULL ? value : NULL;
	return 0;
}

static int get(struct source *source, const struct want *want, struct arena *arena,
	       struct value **found, struct error *err)
{
	const struct file_source *file = (const struct file_source *)source;
	*found = NULL;
	if (file->recorded)
		return get_recorded(file, want, arena, found, err);
	return kv_answer(arena, file->flat, want->kind, want->name, found, err);
}

static void release(struct source *source)
{
	struct file_source *file = (struct file_source *)source;
	arena_free(&file->arena);
	free(file);
}

/* The entries by what was wanted: the entry itself, without its value. */
static int index_entries(struct file_source *file, const struct value *answers, struct error *err)
{
	file->recorded = value_map(&file->arena);
	for (size_t i = 0; value_is(answers, VALUE_LIST) && i < answers->list.len; i++) {
		struct value *entry = answers->list.items[i];
		auto_buf struct buf key = {0};
		if (!value_text(value_get(entry, "kind")) || !value_text(value_get(entry, "name")))
			return error_set_at(err, file->path, entry->line, entry->column,
					    "an answer needs a kind and a name");
		struct value *want = value_copy(&file->arena, entry);
		value_unset(want, "value");
		json_write(&key, want);
		value_setn(&file->arena, file->recorded, key.data, key.len, entry);
	}
	return 0;
}

static bool is_recorded(const char *path, const struct buf *text)
{
	size_t len = strlen(path);
	return len > 5 && strcmp(path + len - 5, ".json") == 0 &&
	       memmem(text->data, text->len, "\"factory_values\"", 16);
}

static int open_file(struct file_source *file, struct error *err)
{
	auto_buf struct buf text = {0};
	if (file_read(file->path, 0, &text, err) < 0)
		return -1;
	if (text.len && is_recorded(file->path, &text)) {
		const struct value *root =
			json_parse(&file->arena, file->path, text.data, text.len, err);
		if (!root)
			return -1;
		if (value_get(root, "factory_values"))
			return index_entries(file, value_get(root, "answers"), err);
	}
	file->flat = kv_read(&file->arena, file->path, err);
	return file->flat ? 0 : -1;
}

struct source *source_file(const char *path, struct error *err)
{
	struct file_source *file = mem_alloc(sizeof *file);
	file->source = (struct source){.get = get, .free = release};
	file->path = arena_strdup(&file->arena, path);
	if (open_file(file, err) == 0)
		return &file->source;
	release(&file->source);
	return NULL;
}
