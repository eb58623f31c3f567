#include "host/compose/interpolate.h"

#include "common/own.h"

#include <ctype.h>
#include <stdarg.h>
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

const char *compose_variable(const struct compose_variables *variables, const char *name)
{
	const char *value = getenv(name);
	if (!value)
		value = value_text(value_get(variables->file, name));
	return value ? value : value_text(value_get(variables->more, name));
}

/* What one text is replaced with. */
struct expansion {
	struct reader *reader;
	const struct compose_variables *variables;
	struct position at;
	struct buf *out;
};

static int refuse(const struct expansion *expansion, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(const struct expansion *expansion, const char *format, ...)
{
	autofree char *text = NULL;
	va_list args;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return reader_problem(expansion->reader, expansion->at, "value", NULL, "%s",
			      text ? text : format);
}

static int expand(const struct expansion *expansion, const char *text, int depth);

static int add_variable(const struct expansion *expansion, const struct variable *variable,
			int depth)
{
	const char *value = compose_variable(expansion->variables, variable->name);
	bool is_set = value && (*value || !variable->counts_empty);
	if (variable->how == '?' && !is_set)
		return refuse(expansion, "the variable %s is not set%s%s", variable->name,
			      *variable->word ? ": " : "", variable->word);
	if (variable->how == '+' && !is_set)
		return 0;
	if (variable->how == '+' || (variable->how == '-' && !is_set))
		return expand(expansion, variable->word, depth + 1);
	buf_puts(expansion->out, value ? value : "");
	return 0;
}

/* Behind a dollar; the end of what belongs to it, or NULL with a problem. */
static const char *one(const struct expansion *expansion, const char *text, int depth)
{
	struct variable variable = {0};
	bool braces = *text == '{';
	const char *end = braces ? closing(text + 1) : text + name_length(text);
	if (*text == '$') {
		buf_putc(expansion->out, '$');
		return text + 1;
	}
	autofree char *inner = end ? strndup(text + braces, (size_t)(end - text) - braces) : NULL;
	if (!inner || !split(inner, &variable)) {
		refuse(expansion, "a dollar that begins no variable: write $$ for a dollar");
		return NULL;
	}
	if (add_variable(expansion, &variable, depth) < 0)
		return NULL;
	return end + braces;
}

static int expand(const struct expansion *expansion, const char *text, int depth)
{
	if (depth > DEEPEST || expansion->out->len > LONGEST)
		return refuse(expansion, "variables are nested too deep, or make it too long");
	while (text && *text) {
		if (*text == '$')
			text = one(expansion, text + 1, depth);
		else
			buf_putc(expansion->out, *text++);
	}
	return text ? 0 : -1;
}

int compose_expand(struct reader *reader, const struct compose_variables *variables,
		   struct position at, const char *text, struct buf *out)
{
	const struct expansion expansion = {reader, variables, at, out};
	return expand(&expansion, text, 0);
}

/* --- in a tree --- */

static struct value *replace(struct reader *reader, const struct compose_variables *variables,
			     const struct value *text)
{
	auto_buf struct buf out = {0};
	if (compose_expand(reader, variables, reader_at(reader, text), text->string.data, &out) < 0)
		return NULL;
	return value_stringn(&reader->manifest->arena, buf_text(&out), out.len);
}

static struct value *replace_in_list(struct reader *reader,
				     const struct compose_variables *variables,
				     const struct value *from)
{
	struct value *list = value_list(&reader->manifest->arena);
	bool whole = true;
	for (size_t i = 0; i < from->list.len; i++) {
		struct value *item = compose_interpolate(reader, variables, from->list.items[i]);
		whole = whole && item;
		if (item)
			value_append(&reader->manifest->arena, list, item);
	}
	return whole ? list : NULL;
}

static struct value *replace_in_map(struct reader *reader,
				    const struct compose_variables *variables,
				    const struct value *from)
{
	struct value *map = value_map(&reader->manifest->arena);
	bool whole = true;
	for (size_t i = 0; i < from->map.len; i++) {
		const struct value_entry *entry = &from->map.entries[i];
		struct value *value = compose_interpolate(reader, variables, entry->value);
		whole = whole && value;
		if (!value)
			continue;
		value_setn(&reader->manifest->arena, map, entry->key, entry->key_len, value);
		map->map.entries[map->map.len - 1].line = entry->line;
		map->map.entries[map->map.len - 1].column = entry->column;
	}
	return whole ? map : NULL;
}

struct value *compose_interpolate(struct reader *reader, const struct compose_variables *variables,
				  const struct value *from)
{
	bool has_dollar =
		from->kind == VALUE_STRING && memchr(from->string.data, '$', from->string.len);
	struct value *to = from->kind == VALUE_LIST  ? replace_in_list(reader, variables, from)
			   : from->kind == VALUE_MAP ? replace_in_map(reader, variables, from)
			   : has_dollar              ? replace(reader, variables, from)
						     : (struct value *)from;
	if (to && to != from) {
		to->line = from->line;
		to->column = from->column;
	}
	return to;
}
