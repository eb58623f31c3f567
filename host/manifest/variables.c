/* Variables as travis.yml writes them: "A=1 B='x y'", with a shell's quoting and without its
 * expansions, which happen in the target. */
#include "host/manifest/travis_axes.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

/* One word's value up to a blank outside of quotes; *at moves behind it. -1: a quote stays open. */
static int read_word(const char **at, struct buf *out)
{
	char quote = 0;
	const char *c = *at;
	for (; *c && (quote || !isspace((unsigned char)*c)); c++) {
		if (quote ? *c == quote : (*c == '"' || *c == '\'')) {
			quote = quote ? 0 : *c;
			continue;
		}
		bool escapes =
			*c == '\\' && quote != '\'' && c[1] && (!quote || strchr("\"\\$`", c[1]));
		if (escapes)
			c++;
		buf_putc(out, *c);
	}
	*at = c;
	return quote ? -1 : 0;
}

static size_t name_length(const char *text)
{
	size_t len = 0;
	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	return isdigit((unsigned char)*text) ? 0 : len;
}

static int add_text(struct reader *reader, const struct value *from, const char *text,
		    struct value *map)
{
	struct arena *arena = &reader->manifest->arena;
	const char *at = text + strspn(text, " \t\r\n");
	while (*at) {
		auto_buf struct buf word = {0};
		size_t len = name_length(at);
		if (!len || at[len] != '=')
			return reader_fail(
				reader, from,
				"'env' must be a map of names and values, or NAME=VALUE: "
				"'%s' is not",
				text);
		const char *name = at;
		at += len + 1;
		if (read_word(&at, &word) < 0)
			return reader_fail(reader, from, "a quote is not closed in '%s'", text);
		struct value *value = value_stringn(arena, buf_text(&word), word.len);
		value->line = from->line;
		value->column = from->column;
		value_setn(arena, map, name, len, value);
		at += strspn(at, " \t\r\n");
	}
	return 0;
}

static const char *scalar_text(const struct value *value)
{
	return value->kind == VALUE_STRING ? value->string.data : value->source;
}

static int add_map(struct reader *reader, const struct value *from, struct value *map)
{
	struct arena *arena = &reader->manifest->arena;
	for (size_t i = 0; i < from->map.len; i++) {
		const struct value_entry *entry = &from->map.entries[i];
		bool null = entry->value->kind == VALUE_NULL;
		const char *text = null ? "" : scalar_text(entry->value);
		/* travis.yml's encrypted variables: only travis-ci.com can read them. */
		if (strcmp(entry->key, "secure") == 0)
			continue;
		if (!text)
			return reader_fail(reader, entry->value,
					   "'%s' must be a single value, this is a %s", entry->key,
					   value_kind_name(entry->value->kind));
		value_setn(arena, map, entry->key, entry->key_len, value_string(arena, text));
	}
	return 0;
}

int variables_add(struct reader *reader, const struct value *from, struct value *map)
{
	int status = 0;
	if (from->kind == VALUE_NULL)
		return 0;
	if (from->kind == VALUE_MAP)
		return add_map(reader, from, map);
	if (from->kind != VALUE_LIST)
		return add_text(reader, from, scalar_text(from), map);
	for (size_t i = 0; i < from->list.len; i++) {
		const struct value *item = from->list.items[i];
		if (item->kind == VALUE_LIST)
			return reader_fail(reader, item, "a list of variables holds no lists");
		if (variables_add(reader, item, map) < 0)
			status = -1;
	}
	return status;
}
