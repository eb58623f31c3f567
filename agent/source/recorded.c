#include "agent/source/recorded.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

struct recorded {
	struct source source; /* first: the two are one */
	struct arena arena;
	const char *path;
	struct value *answers; /* the want's JSON -> its value */
};

bool recorded_is(const struct buf *text)
{
	static const char mark[] = "\"" RECORDED_MARK "\"";
	const char *at = buf_text(text);
	if (*at++ != '{')
		return false;
	at += strspn(at, " \t\r\n");
	return strncmp(at, mark, strlen(mark)) == 0;
}

static void write_key(struct buf *key, struct arena *arena, const struct want *want)
{
	json_write(key, want_to_value(arena, want));
}

static int get(struct source *source, const struct want *want, struct arena *arena,
	       struct value **found, struct error *err)
{
	const struct recorded *recorded = (const struct recorded *)source;
	auto_buf struct buf key = {0};
	write_key(&key, arena, want);
	struct value *value = value_getn(recorded->answers, key.data, key.len);
	if (!value)
		return error_set(err, "%s holds no answer for %s \"%s\": record it again",
				 recorded->path, want->kind, want->name);
	*found = value_is(value, VALUE_NULL) ? NULL : value;
	return 0;
}

static void release(struct source *source)
{
	struct recorded *recorded = (struct recorded *)source;
	arena_free(&recorded->arena);
	free(recorded);
}

static int take(struct recorded *recorded, const struct value *root, struct error *err)
{
	const struct value *format = value_get(root, RECORDED_MARK);
	const struct value *answers = value_get(root, "answers");
	if (!value_is(format, VALUE_INT) || format->integer != RECORDED_FORMAT ||
	    !value_is(answers, VALUE_LIST))
		return error_set(err, "%s is a recording of another version: record it again",
				 recorded->path);
	for (size_t i = 0; i < answers->list.len; i++) {
		auto_buf struct buf key = {0};
		const struct value *answer = answers->list.items[i];
		const struct want want = want_from_value(&recorded->arena, answer);
		struct value *value = value_get(answer, "value");
		write_key(&key, &recorded->arena, &want);
		value_set(&recorded->arena, recorded->answers,
			  arena_strndup(&recorded->arena, key.data, key.len),
			  value ? value : value_null(&recorded->arena));
	}
	return 0;
}

struct source *source_recorded(const char *path, const struct buf *text, struct error *err)
{
	struct recorded *recorded = mem_alloc(sizeof *recorded);
	recorded->source = (struct source){.get = get, .free = release};
	recorded->path = arena_strdup(&recorded->arena, path);
	recorded->answers = value_map(&recorded->arena);
	const struct value *root =
		json_parse(&recorded->arena, path, buf_text(text), text->len, err);
	if (root && take(recorded, root, err) == 0)
		return &recorded->source;
	release(&recorded->source);
	return NULL;
}
