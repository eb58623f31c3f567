#include "agent/render/functions/functions.h"

#include "agent/render/template/strconv.h"

#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 200 };

static bool is_table(const struct value *value)
{
	return value->kind == VALUE_MAP;
}

static bool is_table_list(const struct value *value)
{
	if (value->kind != VALUE_LIST || !value->list.len)
		return false;
	for (size_t i = 0; i < value->list.len; i++)
		if (!is_table(value->list.items[i]))
			return false;
	return true;
}

static void write_string(struct buf *out, const char *text, size_t len)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		const char *at = text[i] ? strchr(from, text[i]) : NULL;
		if (at)
			buf_printf(out, "\\%c", to[at - from]);
		else if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
			buf_printf(out, "\\u%04x", (unsigned)(unsigned char)text[i]);
		else
			buf_putc(out, text[i]);
	}
	buf_putc(out, '"');
}

static void write_key(struct buf *out, const struct value_entry *entry)
{
	static const char bare[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	if (entry->key_len && strspn(entry->key, bare) == entry->key_len)
		buf_add(out, entry->key, entry->key_len);
	else
		write_string(out, entry->key, entry->key_len);
}

static void write_float(struct buf *out, double real)
{
	size_t from = out->len;
	if (isnan(real))
		buf_puts(out, "nan");
	else if (isinf(real))
		buf_puts(out, real < 0 ? "-inf" : "+inf");
	else
		strconv_format_float(out, real, 'f', -1);
	if (isfinite(real) && !strchr(out->data + from, '.'))
		buf_puts(out, ".0");
}

static int write_inline(struct buf *out, const struct value *value, unsigned depth,
			struct error *err)
{
	if (depth > MAX_DEPTH)
		return error_set(err, "toTOML: more than %d levels of nesting", MAX_DEPTH);
	switch (value->kind) {
	case VALUE_BOOL:
		buf_puts(out, value->boolean ? "true" : "false");
		return 0;
	case VALUE_INT:
		buf_printf(out, "%lld", (long long)value->integer);
		return 0;
	case VALUE_FLOAT:
		write_float(out, value->real);
		return 0;
	case VALUE_STRING:
		write_string(out, value->string.data, value->string.len);
		return 0;
	case VALUE_LIST:
		buf_putc(out, '[');
		for (size_t i = 0; i < value->list.len; i++) {
			buf_puts(out, i ? ", " : "");
			if (write_inline(out, value->list.items[i], depth + 1, err) < 0)
				return -1;
		}
		buf_putc(out, ']');
		return 0;
	default:
		return error_set(err, "toTOML: a list may not hold a %s here", type_name(value));
	}
}

/* A table's own name: the path that leads to it. */
struct table {
	const char *path; /* "" for the whole document */
	unsigned depth;
};

static void indent(struct buf *out, unsigned depth)
{
	for (unsigned i = 1; i < depth; i++)
		buf_puts(out, "  ");
}

static int write_table(struct buf *out, const struct value *map, struct table table,
		       struct error *err);

static int write_scalars(struct buf *out, const struct value *map,
			 const struct value_entry *entries, struct table table, struct error *err)
{
	for (size_t i = 0; i < map->map.len; i++) {
		const struct value *value = entries[i].value;
		if (is_table(value) || is_table_list(value) || value->kind == VALUE_NULL)
			continue;
		indent(out, table.depth + 1);
		write_key(out, &entries[i]);
		buf_puts(out, " = ");
		if (write_inline(out, value, 0, err) < 0)
			return -1;
		buf_putc(out, '\n');
	}
	return 0;
}

static int write_below(struct buf *out, const struct value *value, struct table below,
		       struct error *err)
{
	bool list = value->kind == VALUE_LIST;
	size_t count = list ? value->list.len : 1;
	for (size_t i = 0; i < count; i++) {
		if (out->len && (list || below.depth == 1))
			buf_putc(out, '\n');
		indent(out, below.depth);
		buf_printf(out, list ? "[[%s]]\n" : "[%s]\n", below.path);
		if (write_table(out, list ? value->list.items[i] : value, below, err) < 0)
			return -1;
	}
	return 0;
}

/* Plain values come first, then the tables. */
static int write_table(struct buf *out, const struct value *map, struct table table,
		       struct error *err)
{
	auto_arena struct arena arena = {0};
	const struct value_entry *entries = type_sorted(&arena, map);
	if (table.depth > MAX_DEPTH)
		return error_set(err, "toTOML: more than %d levels of nesting", MAX_DEPTH);
	if (write_scalars(out, map, entries, table, err) < 0)
		return -1;
	for (size_t i = 0; i < map->map.len; i++) {
		if (!is_table(entries[i].value) && !is_table_list(entries[i].value))
			continue;
		auto_buf struct buf path = {0};
		buf_printf(&path, "%s%s", table.path, *table.path ? "." : "");
		write_key(&path, &entries[i]);
		struct table below = {buf_text(&path), table.depth + 1};
		if (write_below(out, entries[i].value, below, err) < 0)
			return -1;
	}
	return 0;
}

int gotoml_write(struct buf *out, const struct value *value, struct error *err)
{
	if (!is_table(value))
		return error_set(err, "toTOML: a map is needed here, not a %s", type_name(value));
	return write_table(out, value, (struct table){"", 0}, err);
}
