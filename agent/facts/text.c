#include "agent/facts/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *facts_next_field(char **rest, char separator)
{
	char *field = *rest;
	if (!field || !*field)
		return NULL;
	char *end = strchr(field, separator);
	if (end)
		*end = '\0';
	*rest = end ? end + 1 : NULL;
	return field;
}

char *facts_next_line(char **rest)
{
	return facts_next_field(rest, '\n');
}

char *facts_next_word(char **rest)
{
	if (!*rest)
		return NULL;
	char *word = *rest + strspn(*rest, " \t");
	if (!*word)
		return NULL;
	char *end = word + strcspn(word, " \t");
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

char *facts_trim(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

bool facts_split_pair(char *line, char separator, char **name, char **text)
{
	char *at = strchr(line, separator);
	if (!at)
		return false;
	*at = '\0';
	*name = facts_trim(line);
	*text = facts_trim(at + 1);
	return true;
}

bool facts_parse_number(const char *text, int64_t *number)
{
	char *end;
	if (!isdigit((unsigned char)*text) && *text != '-')
		return false;
	errno = 0;
	long long parsed = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return false;
	*number = parsed;
	return true;
}

void facts_set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
	if (text && *text)
		value_set(arena, map, key, value_string(arena, text));
}

void facts_set_value(struct arena *arena, struct value *map, const char *key, struct value *value)
{
	bool empty = !value || (value->kind == VALUE_MAP && !value->map.len) ||
		     (value->kind == VALUE_LIST && !value->list.len);
	if (!empty)
		value_set(arena, map, key, value);
}

void facts_set_int(struct arena *arena, struct value *map, const char *key, int64_t number)
{
	value_set(arena, map, key, value_int(arena, number));
}

void facts_set_bool(struct arena *arena, struct value *map, const char *key, bool boolean)
{
	value_set(arena, map, key, value_bool(arena, boolean));
}

char *facts_size(struct arena *arena, uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	if (bytes < 1024)
		return arena_printf(arena, "%u bytes", (unsigned)bytes);
	size_t unit = 0;
	double number = (double)bytes / 1024;
	while (number >= 1023.995) { /* would be shown as 1024.00 */
		number /= 1024;
		unit++;
	}
	return arena_printf(arena, "%.2f %s", number, units[unit]);
}

char *facts_share(struct arena *arena, uint64_t part, uint64_t whole)
{
	if (part == whole)
		return arena_strdup(arena, "100%");
	if (!part || !whole)
		return arena_strdup(arena, "0%");
	return arena_printf(arena, "%.2f%%", (double)part / (double)whole * 100);
}

void facts_set_size(struct arena *arena, struct value *map, const char *key, uint64_t bytes)
{
	value_set(arena, map, key, value_string(arena, facts_size(arena, bytes)));
	facts_set_int(arena, map, arena_printf(arena, "%s_bytes", key), (int64_t)bytes);
}

struct value *facts_release(struct arena *arena, const char *text)
{
	if (!text || !*text)
		return NULL;
	struct value *release = value_map(arena);
	value_set(arena, release, "full", value_string(arena, text));
	size_t major = strcspn(text, ".");
	value_set(arena, release, "major", value_stringn(arena, text, major));
	if (text[major]) {
		const char *minor = text + major + 1;
		size_t len = strcspn(minor, ".");
		if (len)
			value_set(arena, release, "minor", value_stringn(arena, minor, len));
	}
	return release;
}

struct value *facts_words(struct arena *arena, const char *text, char separator)
{
	struct value *words = value_list(arena);
	char *rest = text ? arena_strdup(arena, text) : NULL;
	for (char *word; (word = facts_next_field(&rest, separator));)
		if (*word)
			value_append(arena, words, value_string(arena, word));
	return words;
}
