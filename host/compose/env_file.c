#include "common/file.h"
#include "common/own.h"
#include "host/compose/parts.h"

#include <string.h>

enum { LARGEST = 1 << 20 };

/* Quotes around all of a value are taken away. */
static struct value *value_of(struct arena *arena, const char *text, size_t len)
{
	while (len && strchr(" \t\r", text[len - 1]))
		len--;
	bool quoted = len > 1 && (*text == '"' || *text == '\'') && text[len - 1] == *text;
	return quoted ? value_stringn(arena, text + 1, len - 2) : value_stringn(arena, text, len);
}

static int add_line(struct reader *reader, const struct value *at, struct value *map,
		    const char *line, size_t len)
{
	struct arena *arena = &reader->manifest->arena;
	size_t blank = strspn(line, " \t\r");
	if (blank >= len || line[blank] == '#')
		return 0;
	line += blank;
	len -= blank;
	const char *equals = memchr(line, '=', len);
	if (!equals || equals == line)
		return reader_fail(reader, at, "a line of the file is not NAME=VALUE: %.*s",
				   (int)(len < 60 ? len : 60), line);
	value_setn(arena, map, line, (size_t)(equals - line),
		   value_of(arena, equals + 1, len - (size_t)(equals + 1 - line)));
	return 0;
}

static int add_file(struct reader *reader, const struct value *at, struct value *map,
		    const char *name)
{
	auto_buf struct buf text = {0};
	auto_error struct error failure = {0};
	const char *path = reader_path(reader, at, name);
	if (!path)
		return -1;
	if (file_read(path, LARGEST, &text, &failure) < 0)
		return reader_fail(reader, at, "%s", failure.message);
	for (const char *line = buf_text(&text); *line;) {
		size_t len = strcspn(line, "\n");
		if (add_line(reader, at, map, line, len) < 0)
			return -1;
		line += len + (line[len] == '\n');
	}
	return 0;
}

int compose_env_files(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct compose_service *compose = target;
	const struct value *names;
	struct value *map = value_map(&reader->manifest->arena);
	if (reader_texts(reader, entry, &names) < 0)
		return -1;
	for (size_t i = 0; i < names->list.len; i++)
		if (add_file(reader, entry->value, map, value_text(names->list.items[i])) < 0)
			return -1;
	compose->env_files = map;
	return 0;
}
