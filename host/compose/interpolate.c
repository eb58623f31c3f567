#include "host/compose/interpolate.h"

#include "common/own.h"

#include <ctype.h>
#include <string.h>

enum { DEEPEST = 100, LONGEST = 1 << 20 };

/* "NAME:-WORD": what stands between the braces. */
struct variable {
	char *name;
	bool counts_empty; /* an empty value is like none */
	char how;          /* '-', '?', '+' or 0 */
	const char *word;
};

static size_t name_length(const char *text)
{
	size_t len = 0;
	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	return isdigit((unsigned char)*text) ? 0 : len;
}

/* The end of what began with a brace: the one that closes it, those within counted. */
static const char *closing(const char *text)
{
	int depth = 1;
	for (; *text; text++) {
		depth += *text == '{' && text[-1] == '$';
		depth -= *text == '}';
		if (!depth)
			return text;
	}
	return NULL;
}

static bool split(char *text, struct variable *variable)
{
	size_t len = name_length(text);
	char *rest = text + len;
	variable->name = text;
	variable->counts_empty = *rest == ':';
	char *how = rest + variable->counts_empty;
	if (!len || (*how && !strchr("-?+", *how)) || (variable->counts_empty && !*how))
		return false;
	variable->how = *how;
	variable->word = *how ? how + 1 : "";
	*rest = 0;
	return true;
}

static int expand(struct reader *reader, const struct value *at, const char *text, int depth,
		  struct buf *out);

static int add_variable(struct reader *reader, const struct value *at,
			const struct variable *variable, int depth, struct buf *out)
{
	const char *value = getenv(variable->name);
	bool is_set = value && (*value || !variable->counts_empty);
	if (variable->how == '?' && !is_set)
		return reader_fail(reader, at, "the variable %s is not set%s%s", variable->name,
				   *variable->word ? ": " : "", variable->word);
	if (variable->how == '+' || (variable->how == '-' && !is_set))
		return variable->how == '+' && !is_set
			       ? 0
			       : expand(reader, at, variable->word, depth + 1, out);
	buf_puts(out, value ? value : "");
	return 0;
}

/* Behind a dollar; the end of what belongs to it, or NULL with a problem. */
static const char *one(struct reader *reader, const struct value *at, const char *text, int depth,
		       struct buf *out)
{
	struct variable variable = {0};
	bool braces = *text == '{';
	const char *end = braces ? closing(text + 1) : text + name_length(text);
	if (*text == '$') {
		buf_putc(out, '$');
		return text + 1;
	}
	autofree char *inner = end ? strndup(text + braces, (size_t)(end - text) - braces) : NULL;
	if (!inner || !split(inner, &variable)) {
		reader_fail(reader, at, "a dollar that begins no variable: write $$ for a dollar");
		return NULL;
	}
	if (add_variable(reader, at, &variable, depth, out) < 0)
		return NULL;
	return end + braces;
}

static int expand(struct reader *reader, const struct value *at, const char *text, int depth,
		  struct buf *out)
{
	if (depth > DEEPEST || out->len > LONGEST)
		return reader_fail(reader, at,
				   "variables are nested too deep, or make it too long");
	while (text && *text) {
		if (*text == '$')
			text = one(reader, at, text + 1, depth, out);
		else
			buf_putc(out, *text++);
	}
	return text ? 0 : -1;
}

static struct value *replace(struct reader *reader, const struct value *text)
{
	auto_buf struct buf out = {0};
	if (expand(reader, text, text->string.data, 0, &out) < 0)
		return NULL;
	return value_stringn(&reader->manifest->arena, buf_text(&out), out.len);
}

static struct value *replace_in_list(struct reader *reader, const struct value *from)
{
	struct value *list = value_list(&reader->manifest->arena);
	bool whole = true;
	for (size_t i = 0; i < from->list.len; i++) {
		struct value *item = compose_interpolate(reader, from->list.items[i]);
		whole = whole && item;
		if (item)
			value_append(&reader->manifest->arena, list, item);
	}
	return whole ? list : NULL;
}

static struct value *replace_in_map(struct reader *reader, const struct value *from)
{
	struct value *map = value_map(&reader->manifest->arena);
	bool whole = true;
	for (size_t i = 0; i < from->map.len; i++) {
		const struct value_entry *entry = &from->map.entries[i];
		struct value *value = compose_interpolate(reader, entry->value);
		whole = whole && value;
		if (!value)
			continue;
		value_setn(&reader->manifest->arena, map, entry->key, entry->key_len, value);
		map->map.entries[map->map.len - 1].line = entry->line;
		map->map.entries[map->map.len - 1].column = entry->column;
	}
	return whole ? map : NULL;
}

struct value *compose_interpolate(struct reader *reader, const struct value *from)
{
	bool has_dollar =
		from->kind == VALUE_STRING && memchr(from->string.data, '$', from->string.len);
	struct value *to = from->kind == VALUE_LIST  ? replace_in_list(reader, from)
			   : from->kind == VALUE_MAP ? replace_in_map(reader, from)
			   : has_dollar              ? replace(reader, from)
						     : (struct value *)from;
	if (to && to != from) {
		to->line = from->line;
		to->column = from->column;
	}
	return to;
}
