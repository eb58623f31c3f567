/* Readers of single values, for the tables of keys. */
#include "host/manifest/reader.h"

#include "common/own.h"

#include <string.h>

int reader_text(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	*(const char **)target = text;
	return 0;
}

int reader_flag(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)reader;
	*(bool *)target = entry->value->boolean;
	return 0;
}

int reader_count(struct reader *reader, const struct value_entry *entry, void *target)
{
	int64_t number = entry->value->integer;
	if (number < 0 || number > 1000000)
		return reader_fail(reader, entry->value, "'%s' is a number from 0 to 1000000",
				   entry->key);
	*(unsigned *)target = (unsigned)number;
	return 0;
}

int reader_absolute(struct reader *reader, const struct value_entry *entry, void *target)
{
	if (reader_text(reader, entry, target) < 0)
		return -1;
	if (**(const char **)target != '/')
		return reader_fail(reader, entry->value, "'%s' must be an absolute path",
				   entry->key);
	return 0;
}

int reader_names(struct reader *reader, const struct value_entry *entry, void *target)
{
	const struct value *map = reader_strings(reader, entry);
	*(const struct value **)target = map;
	return map ? 0 : -1;
}

int reader_texts(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct arena *arena = &reader->manifest->arena;
	struct value *list = value_list(arena);
	const struct value *from = entry->value;
	size_t count = from->kind == VALUE_LIST ? from->list.len : from->kind != VALUE_NULL;
	for (size_t i = 0; i < count; i++) {
		struct value_entry item = *entry;
		if (from->kind == VALUE_LIST)
			item.value = from->list.items[i];
		const char *text = reader_scalar(reader, &item);
		if (!text)
			return -1;
		value_append(arena, list, value_string(arena, text));
	}
	*(const struct value **)target = list;
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
