#include "host/build/cache.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"

#include <string.h>

static const char prefix[] = "factory reads ";

char *cache_comment(const struct value *reads)
{
	auto_buf struct buf text = {0};
	buf_puts(&text, prefix);
	if (reads)
		json_write(&text, reads);
	else
		buf_puts(&text, "[]");
	return buf_steal(&text);
}

/* What the image read, from its comment; NULL where the comment is not ours. */
static struct value *reads_of(struct arena *arena, const struct value *image)
{
	auto_error struct error err = {0};
	const char *comment = value_text(value_get(image, "Comment"));
	size_t len = sizeof prefix - 1;
	if (!comment || strncmp(comment, prefix, len) != 0)
		return NULL;
	return json_parse(arena, "the image's comment", comment + len, strlen(comment + len), &err);
}

int cache_find(struct engine *engine, struct values *values, const char *key, char **image,
	       struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	autofree char *name = mem_printf("%s:%s", CACHE_REPOSITORY, key);
	*image = NULL;
	engine_image_inspect(engine, name, engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return -1;
	const struct value *reads =
		kept.status == ENGINE_OK ? reads_of(&kept.arena, kept.body) : NULL;
	const char *id = value_text(value_get(kept.body, "Id"));
	bool unchanged = false;
	if (!reads || !id)
		return 0;
	if (values_unchanged(values, reads, &unchanged, err) < 0)
		return error_wrap(err, "can't tell whether the cached image is still right");
	if (unchanged)
		*image = mem_strdup(id);
	return 0;
}

int cache_reads(struct engine *engine, const char *key, struct arena *arena, const char **image,
		const struct value **reads, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	autofree char *name = mem_printf("%s:%s", CACHE_REPOSITORY, key);
	*image = NULL;
	*reads = NULL;
	engine_image_inspect(engine, name, engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return -1;
	const char *id = value_text(value_get(kept.body, "Id"));
	*reads = kept.status == ENGINE_OK && id ? reads_of(arena, kept.body) : NULL;
	*image = *reads ? arena_strdup(arena, id) : NULL;
	return 0;
}

int cache_store(struct engine *engine, const char *key, const char *image, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	engine_image_tag(engine, image, CACHE_REPOSITORY, key, engine_keep, &kept);
	return engine_finish(engine, &kept, err);
}
