#include "agent/source/recorded.h"
#include "common/file.h"
#include "common/kv.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>

struct file_source {
	struct source source; /* first: the two are one */
	struct arena arena;
	struct value *flat;
};

static int get(struct source *source, const struct want *want, struct arena *arena,
	       struct value **found, struct error *err)
{
	const struct file_source *file = (const struct file_source *)source;
	return kv_answer(arena, file->flat, want->kind, want->name, found, err);
}

static void release(struct source *source)
{
	struct file_source *file = (struct file_source *)source;
	arena_free(&file->arena);
	free(file);
}

struct source *source_file(const char *path, struct error *err)
{
	auto_buf struct buf text = {0};
	if (file_read(path, 0, &text, err) < 0)
		return NULL;
	if (recorded_is(&text))
		return source_recorded(path, &text, err);
	struct file_source *file = mem_alloc(sizeof *file);
	file->source = (struct source){.get = get, .free = release};
	file->flat = kv_read(&file->arena, path, err);
	if (file->flat)
		return &file->source;
	release(&file->source);
	return NULL;
}
