/* Values from a file: a tree of keys, or what `agent render -record` has written, which answers
 * exactly the wants that were recorded. */
#include "agent/source/answers.h"
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
	struct value *recorded; /* answers_sort's; or NULL */
};

static int get_recorded(const struct file_source *file, const struct want *want,
			struct value **found, struct error *err)
{
	const struct value *entry = answers_find(file->recorded, want);
	if (!entry)
		return error_set(err, "%s has no %s \"%s\": record it again", file->path,
				 want->kind, want->name);
	*found = answers_value(entry);
	return 0;
}

static int get(struct source *source, const struct want *want, struct arena *arena,
	       struct value **found, struct error *err)
{
	const struct file_source *file = (const struct file_source *)source;
	*found = NULL;
	if (file->recorded)
		return get_recorded(file, want, found, err);
	return kv_answer(arena, file->flat, want->kind, want->name, found, err);
}

static void release(struct source *source)
{
	struct file_source *file = (struct file_source *)source;
	arena_free(&file->arena);
	free(file);
}

/* A recording begins with its mark, whatever its name is. */
static bool is_recorded(const struct buf *text)
{
	static const char mark[] = "\"factory_values\"";
	const char *at = buf_text(text);
	if (*at++ != '{')
		return false;
	at += strspn(at, " \t\r\n");
	return strncmp(at, mark, sizeof mark - 1) == 0;
}

static int open_recording(struct file_source *file, const struct buf *text, struct error *err)
{
	const struct value *root =
		json_parse(&file->arena, file->path, buf_text(text), text->len, err);
	const struct value *format = value_get(root, "factory_values");
	if (!root)
		return -1;
	if (!value_is(format, VALUE_INT) || format->integer != ANSWERS_FORMAT)
		return error_set(err, "%s is a recording of another version: record it again",
				 file->path);
	file->recorded = answers_sort(&file->arena, file->path, value_get(root, "answers"), err);
	return file->recorded ? 0 : -1;
}

static int open_file(struct file_source *file, struct error *err)
{
	auto_buf struct buf text = {0};
	if (file_read(file->path, 0, &text, err) < 0)
		return -1;
	if (is_recorded(&text))
		return open_recording(file, &text, err);
	file->flat = kv_parse(&file->arena, file->path, buf_text(&text), text.len, err);
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
