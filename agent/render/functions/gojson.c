#include "agent/render/functions/functions.h"

#include "agent/render/template/runes.h"
#include "agent/render/template/strconv.h"

#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 1000 };

struct writer {
	struct buf *out;
	unsigned indent;
	bool escape_html;
};

static void write_value(struct writer *writer, const struct value *value, unsigned depth);

static bool write_short_escape(struct buf *out, uint32_t rune)
{
	static const char from[] = "\"\\\n\r\t", to[] = "\"\\nrt";
	const char *at = rune && rune < 0x80 ? strchr(from, (int)rune) : NULL;
	if (at)
		buf_printf(out, "\\%c", to[at - from]);
	return at != NULL;
}

static void write_string(struct writer *writer, const char *text, size_t len)
{
	struct buf *out = writer->out;
	buf_putc(out, '"');
	for (size_t at = 0, width; at < len; at += width) {
		uint32_t rune = rune_decode(text + at, len - at, &width);
		bool html = writer->escape_html && (rune == '<' || rune == '>' || rune == '&');
		if (write_short_escape(out, rune))
			continue;
		if (rune == RUNE_ERROR && width == 1)
			buf_puts(out, "\\ufffd");
		else if (rune < ' ' || html || rune == 0x2028 || rune == 0x2029)
			buf_printf(out, "\\u%04x", (unsigned)rune);
		else
			buf_add(out, text + at, width);
	}
	buf_putc(out, '"');
}

/* As JavaScript writes numbers: an exponent from 1e21 on and below 1e-6, of as few digits as it
 * has. */
static void write_float(struct buf *out, double real)
{
	double size = fabs(real);
	bool scientific = size != 0 && (size < 1e-6 || size >= 1e21);
	size_t from = out->len;
	if (!isfinite(real)) {
		buf_puts(out, "null");
		return;
	}
	strconv_format_float(out, real, scientific ? 'e' : 'f', -1);
	char *zero = scientific ? strstr(out->data + from, "e-0") : NULL;
	if (zero) {
		zero[2] = zero[3];
		zero[3] = '\0';
		out->len--;
	}
}

static void new_line(struct writer *writer, unsigned depth)
{
	if (!writer->indent)
		return;
	buf_putc(writer->out, '\n');
	for (unsigned i = 0; i < depth * writer->indent; i++)
		buf_putc(writer->out, ' ');
}

static void write_list(struct writer *writer, const struct value *list, unsigned depth)
{
	buf_putc(writer->out, '[');
	for (size_t i = 0; i < list->list.len; i++) {
		if (i)
			buf_putc(writer->out, ',');
		new_line(writer, depth + 1);
		write_value(writer, list->list.items[i], depth + 1);
	}
	if (list->list.len)
		new_line(writer, depth);
	buf_putc(writer->out, ']');
}

static void write_map(struct writer *writer, const struct value *map, unsigned depth)
{
	auto_arena struct arena arena = {0};
	const struct value_entry *entries =
		type_is_struct(map) ? map->map.entries : type_sorted(&arena, map);
	buf_putc(writer->out, '{');
	for (size_t i = 0; i < map->map.len; i++) {
		if (i)
			buf_putc(writer->out, ',');
		new_line(writer, depth + 1);
		write_string(writer, entries[i].key, entries[i].key_len);
		buf_puts(writer->out, writer->indent ? ": " : ":");
		write_value(writer, entries[i].value, depth + 1);
	}
	if (map->map.len)
		new_line(writer, depth);
	buf_putc(writer->out, '}');
}

static void write_integer(struct buf *out, const struct value *value)
{
	if (type_is_unsigned(value))
		buf_printf(out, "%llu", (unsigned long long)value->integer);
	else
		buf_printf(out, "%lld", (long long)value->integer);
}

static void write_value(struct writer *writer, const struct value *value, unsigned depth)
{
	if (writer->out->len > TEMPLATE_OUTPUT)
		return;
	switch (depth > MAX_DEPTH ? VALUE_NULL : value->kind) {
	case VALUE_BOOL:
		buf_puts(writer->out, value->boolean ? "true" : "false");
		return;
	case VALUE_INT:
		write_integer(writer->out, value);
		return;
	case VALUE_FLOAT:
		write_float(writer->out, value->real);
		return;
	case VALUE_STRING:
		write_string(writer, value->string.data, value->string.len);
		return;
	case VALUE_LIST:
		write_list(writer, value, depth);
		return;
	case VALUE_MAP:
		write_map(writer, value, depth);
		return;
	case VALUE_OBJECT:
		if (type_text(value)) {
			write_value(writer, type_text(value), depth);
			return;
		}
		buf_puts(writer->out, "null");
		return;
	case VALUE_NULL:
		buf_puts(writer->out, "null");
		return;
	}
}

void gojson_write(struct buf *out, const struct value *value, unsigned indent, bool escape_html)
{
	write_value(&(struct writer){out, indent, escape_html}, value, 0);
}
