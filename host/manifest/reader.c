#include "host/manifest/reader.h"

#include "common/memory.h"
#include "common/nearest.h"
#include "common/own.h"
#include "host/exit_codes.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

struct position reader_position(const struct reader *reader, unsigned line, unsigned column)
{
	struct position at = {.file = reader->manifest->path};
	jinja_locate(reader->map, reader->text, line ? line : 1, column ? column : 1, &at.line,
		     &at.column);
	return at;
}

struct position reader_at(const struct reader *reader, const struct value *value)
{
	return reader_position(reader, value->line, value->column);
}

static int fail(struct reader *reader, struct position at, const char *message)
{
	error_set_at(reader->err, at.file, at.line, at.column, "%s", message);
	reader->err->exit_code = EXIT_MANIFEST;
	return -1;
}

int reader_fail(struct reader *reader, const struct value *value, const char *format, ...)
{
	autofree char *message = NULL;
	va_list args;
	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = mem_strdup(format);
	va_end(args);
	return fail(reader, reader_at(reader, value), message);
}

static int refuse_key(struct reader *reader, const struct value_entry *entry, const char *what,
		      const struct reader_key *keys, size_t count)
{
	const char *names[count];
	for (size_t i = 0; i < count; i++)
		names[i] = keys[i].name;
	const char *near = nearest_name(entry->key, names, count);
	autofree char *message = near ? mem_printf("unknown key '%s' in %s: did you mean '%s'?",
						   entry->key, what, near)
				      : mem_printf("unknown key '%s' in %s", entry->key, what);
	return fail(reader, reader_position(reader, entry->line, entry->column), message);
}

int reader_map(struct reader *reader, const struct value *map, const char *what,
	       const struct reader_key *keys, size_t count, void *target)
{
	if (map->kind != VALUE_MAP)
		return reader_fail(reader, map, "%s must be a map, this is a %s", what,
				   value_kind_name(map->kind));
	for (size_t i = 0; i < map->map.len; i++) {
		const struct value_entry *entry = &map->map.entries[i];
		size_t k = 0;
		while (k < count && strcmp(keys[k].name, entry->key) != 0)
			k++;
		if (k == count)
			return refuse_key(reader, entry, what, keys, count);
		if (keys[k].read(reader, entry, target) < 0)
			return -1;
	}
	return 0;
}

static const char *scalar_text(const struct value *value)
{
	if (value->kind == VALUE_STRING)
		return value->string.data;
	bool scalar =
		value->kind == VALUE_BOOL || value->kind == VALUE_INT || value->kind == VALUE_FLOAT;
	return scalar ? value->source : NULL;
}

const char *reader_scalar(struct reader *reader, const struct value_entry *entry)
{
	const char *text = scalar_text(entry->value);
	if (!text)
		reader_fail(reader, entry->value, "'%s' must be a single value, this is a %s",
			    entry->key, value_kind_name(entry->value->kind));
	return text;
}

static int add_assignment(struct reader *reader, struct value *map, const struct value *item)
{
	struct arena *arena = &reader->manifest->arena;
	const char *text = scalar_text(item);
	const char *equals = text ? strchr(text, '=') : NULL;
	if (!equals || equals == text)
		return reader_fail(reader, item, "an entry of a list of variables is NAME=VALUE");
	value_setn(arena, map, text, (size_t)(equals - text), value_string(arena, equals + 1));
	return 0;
}

struct value *reader_strings(struct reader *reader, const struct value_entry *entry)
{
	struct arena *arena = &reader->manifest->arena;
	const struct value *from = entry->value;
	struct value *map = value_map(arena);
	if (from->kind == VALUE_LIST) {
		for (size_t i = 0; i < from->list.len; i++)
			if (add_assignment(reader, map, from->list.items[i]) < 0)
				return NULL;
		return map;
	}
	if (from->kind != VALUE_MAP) {
		reader_fail(reader, from, "'%s' must be a map of names and values", entry->key);
		return NULL;
	}
	for (size_t i = 0; i < from->map.len; i++) {
		const struct value_entry *pair = &from->map.entries[i];
		bool empty = pair->value->kind == VALUE_NULL;
		const char *text = empty ? "" : reader_scalar(reader, pair);
		if (!text)
			return NULL;
		value_setn(arena, map, pair->key, pair->key_len, value_string(arena, text));
	}
	return map;
}

const char *reader_path(struct reader *reader, const char *path)
{
	struct manifest *manifest = reader->manifest;
	if (path[0] == '/' || strcmp(manifest->directory, ".") == 0)
		return path;
	return arena_printf(&manifest->arena, "%s/%s", manifest->directory, path);
}

int reader_text(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	*(const char **)target = text;
	return 0;
}

int reader_duration(struct reader *reader, const struct value_entry *entry, void *target)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"m", 60000}, {"h", 3600000}};
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	char *end;
	double number = strtod(text, &end);
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (end == text || strcmp(end, units[i].unit) != 0)
			continue;
		if (number > 0 && number * units[i].ms < 1e12) {
			*(uint64_t *)target = (uint64_t)(number * units[i].ms + 0.5);
			return 0;
		}
	}
	return reader_fail(reader, entry->value,
			   "'%s' must be a duration such as 30s, 5m or 1h, not '%s'", entry->key,
			   text);
}
