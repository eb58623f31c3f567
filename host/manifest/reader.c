#include "host/manifest/reader.h"

#include "common/memory.h"
#include "common/nearest.h"
#include "common/own.h"

#include <stdarg.h>
#include <string.h>

struct position reader_position(const struct reader *reader, unsigned line, unsigned column)
{
	return sources_locate(reader->sources, line, column);
}

struct position reader_at(const struct reader *reader, const struct value *value)
{
	return reader_position(reader, value->line, value->column);
}

static int add_problem(struct reader *reader, struct position at, const char *code,
		       const char *hint, const char *format, va_list args)
{
	autofree char *message = mem_vprintf(format, args);
	manifest_problems_add(reader->problems, at, code, message, hint);
	return -1;
}

int reader_problem(struct reader *reader, struct position at, const char *code, const char *hint,
		   const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_problem(reader, at, code, hint, format, args);
	va_end(args);
	return -1;
}

int reader_fail(struct reader *reader, const struct value *value, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_problem(reader, reader_at(reader, value), "value", NULL, format, args);
	va_end(args);
	return -1;
}

static int refuse_key(struct reader *reader, const struct value_entry *entry,
		      const struct reader_section *section)
{
	const char *names[section->count];
	for (size_t i = 0; i < section->count; i++)
		names[i] = section->keys[i].name;
	const char *near = nearest_name(entry->key, names, section->count);
	autofree char *hint = near ? mem_printf("did you mean '%s'?", near) : NULL;
	return reader_problem(reader, reader_position(reader, entry->line, entry->column),
			      "unknown-key", hint, "unknown key '%s' in %s", entry->key,
			      section->what);
}

/* The kinds of value that something of a list of `takes` may be. */
static bool fits(const struct value *value, unsigned takes)
{
	static const unsigned kinds[] = {
		[VALUE_NULL] = TAKES_NOTHING,
		[VALUE_BOOL] = TAKES_TEXT | TAKES_FLAG,
		[VALUE_INT] = TAKES_TEXT | TAKES_COUNT | TAKES_TIME,
		[VALUE_FLOAT] = TAKES_TEXT | TAKES_TIME,
		[VALUE_STRING] = TAKES_TEXT | TAKES_TIME,
		[VALUE_LIST] = TAKES_LIST,
		[VALUE_MAP] = TAKES_MAP | TAKES_NAMES | TAKES_TREE,
		[VALUE_OBJECT] = 0,
	};
	return (kinds[value->kind] & takes) != 0;
}

static void describe(unsigned takes, struct buf *out)
{
	static const struct {
		unsigned takes;
		const char *text;
	} words[] = {
		{TAKES_TEXT, "a single value"},
		{TAKES_FLAG, "true or false"},
		{TAKES_COUNT, "a whole number"},
		{TAKES_TIME, "a duration such as 30s, 5m or 1h"},
		{TAKES_NAMES, "a map of names and values"},
		{TAKES_MAP | TAKES_TREE, "a map"},
		{TAKES_LIST, "a list"},
	};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (takes & words[i].takes)
			buf_printf(out, "%s%s", out->len ? " or " : "", words[i].text);
}

static int refuse_kind(struct reader *reader, const char *name, const struct value *value,
		       unsigned takes)
{
	auto_buf struct buf text = {0};
	describe(takes, &text);
	return reader_problem(reader, reader_at(reader, value), "type", NULL,
			      "%s must be %s, this is a %s", name, buf_text(&text),
			      value_kind_name(value->kind));
}

/* Nothing that `read` gets has a wrong kind: a list's wrong items are told and left out. */
static struct value *check_items(struct reader *reader, const struct value_entry *entry,
				 unsigned takes, int *status)
{
	struct arena *arena = &reader->manifest->arena;
	const struct value *from = entry->value;
	struct value *kept = value_list(arena);
	autofree char *name = mem_printf("an entry of '%s'", entry->key);
	kept->line = from->line;
	kept->column = from->column;
	for (size_t i = 0; i < from->list.len; i++)
		if (fits(from->list.items[i], takes))
			value_append(arena, kept, from->list.items[i]);
		else
			*status = refuse_kind(reader, name, from->list.items[i], takes);
	return kept;
}

static int check_kind(struct reader *reader, struct value_entry *entry,
		      const struct reader_key *key)
{
	unsigned of_items = key->takes & ~(unsigned)(TAKES_LIST | TAKES_NOTHING | TAKES_NAMES);
	autofree char *name = mem_printf("'%s'", entry->key);
	int status = 0;
	if (!fits(entry->value, key->takes)) {
		refuse_kind(reader, name, entry->value, key->takes);
		entry->value = NULL;
		return -1;
	}
	if (entry->value->kind == VALUE_LIST && of_items)
		entry->value = check_items(reader, entry, of_items, &status);
	return status;
}

static int check_choice(struct reader *reader, const struct value_entry *entry,
			const struct reader_key *key)
{
	size_t count = 0;
	const char *text = reader_scalar(reader, entry);
	for (; text && key->choices[count]; count++)
		if (strcmp(key->choices[count], text) == 0)
			return 0;
	if (!text)
		return -1;
	auto_buf struct buf list = {0};
	for (size_t i = 0; i < count; i++)
		buf_printf(&list, "%s'%s'", i ? " or " : "", key->choices[i]);
	const char *near = nearest_name(text, key->choices, count);
	autofree char *hint = near ? mem_printf("did you mean '%s'?", near) : NULL;
	return reader_problem(reader, reader_at(reader, entry->value), "value", hint,
			      "'%s' is %s, not '%s'", entry->key, buf_text(&list), text);
}

static bool is_private(const char *key)
{
	return *key == '_' || *key == '.' || strncmp(key, "x-", 2) == 0;
}

static int read_entry(struct reader *reader, const struct value_entry *from,
		      const struct reader_section *section, void *target)
{
	size_t k = 0;
	struct value_entry entry = *from;
	while (k < section->count && strcmp(section->keys[k].name, entry.key) != 0)
		k++;
	if (k == section->count && section->open && is_private(entry.key))
		return 0;
	if (k == section->count)
		return refuse_key(reader, &entry, section);
	const struct reader_key *key = &section->keys[k];
	int status = check_kind(reader, &entry, key);
	if (!entry.value || (key->choices && check_choice(reader, &entry, key) < 0))
		return -1;
	if (key->read && key->read(reader, &entry, (char *)target + key->offset) < 0)
		return -1;
	return status;
}

int reader_map(struct reader *reader, const struct value *map, const struct reader_section *section,
	       void *target)
{
	if (map->kind != VALUE_MAP)
		return refuse_kind(reader, section->what, map, TAKES_MAP);
	int status = 0;
	for (size_t i = 0; i < map->map.len; i++)
		if (read_entry(reader, &map->map.entries[i], section, target) < 0)
			status = -1;
	return status;
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
	if (!text) {
		autofree char *name = mem_printf("'%s'", entry->key);
		refuse_kind(reader, name, entry->value, TAKES_TEXT);
	} else if (entry->value->kind == VALUE_STRING && strlen(text) != entry->value->string.len) {
		reader_fail(reader, entry->value, "'%s' holds a NUL character", entry->key);
		text = NULL;
	}
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

static struct value *strings_of_list(struct reader *reader, const struct value *from)
{
	struct value *map = value_map(&reader->manifest->arena);
	int status = 0;
	for (size_t i = 0; i < from->list.len; i++)
		if (add_assignment(reader, map, from->list.items[i]) < 0)
			status = -1;
	return status < 0 ? NULL : map;
}

struct value *reader_strings(struct reader *reader, const struct value_entry *entry)
{
	struct arena *arena = &reader->manifest->arena;
	const struct value *from = entry->value;
	struct value *map = value_map(arena);
	int status = 0;
	if (from->kind == VALUE_LIST)
		return strings_of_list(reader, from);
	if (from->kind == VALUE_NULL)
		return map;
	for (size_t i = 0; i < from->map.len; i++) {
		const struct value_entry *pair = &from->map.entries[i];
		bool empty = pair->value->kind == VALUE_NULL;
		const char *text = empty ? "" : reader_scalar(reader, pair);
		if (text)
			value_setn(arena, map, pair->key, pair->key_len, value_string(arena, text));
		else
			status = -1;
	}
	return status < 0 ? NULL : map;
}
