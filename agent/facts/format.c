#include "agent/facts/format.h"

#include "common/json.h"
#include "common/own.h"

#include <string.h>

/* Text that would break a line is quoted as JSON does. */
static void write_scalar(struct buf *out, const struct value *fact, bool one_line)
{
	const char *text = value_text(fact);
	bool breaks = text && one_line && strpbrk(text, "\n\r");
	if (text && !breaks)
		buf_add(out, text, fact->string.len);
	else
		json_write(out, fact);
}

static bool is_tree(const struct value *fact)
{
	return fact->kind == VALUE_MAP || fact->kind == VALUE_LIST;
}

void facts_write_bare(struct buf *out, const struct value *fact)
{
	if (is_tree(fact))
		json_write_pretty(out, fact, 2);
	else
		write_scalar(out, fact, false);
	buf_putc(out, '\n');
}

void facts_write_lines(struct buf *out, const struct value *facts)
{
	for (size_t i = 0; i < facts->map.len; i++) {
		buf_printf(out, "%s=", facts->map.entries[i].key);
		write_scalar(out, facts->map.entries[i].value, true);
		buf_putc(out, '\n');
	}
}

static void write_json(struct buf *out, const struct value *facts)
{
	json_write_pretty(out, facts, 2);
	buf_putc(out, '\n');
}

static void flatten(struct buf *out, struct buf *path, const struct value *fact)
{
	bool map = fact->kind == VALUE_MAP;
	size_t len = path->len, count = map ? fact->map.len : fact->list.len;
	if (!is_tree(fact) || (!count && len)) {
		buf_printf(out, "%s=", buf_text(path));
		write_scalar(out, fact, true);
		buf_putc(out, '\n');
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (len)
			buf_putc(path, '.');
		if (map)
			buf_puts(path, fact->map.entries[i].key);
		else
			buf_printf(path, "%zu", i);
		flatten(out, path, map ? fact->map.entries[i].value : fact->list.items[i]);
		path->len = len;
		if (len)
			path->data[len] = '\0';
	}
}

/* PATH=VALUE, a line for each scalar. */
static void write_flat(struct buf *out, const struct value *facts)
{
	auto_buf struct buf path = {0};
	flatten(out, &path, facts);
}

static const struct {
	const char *name;
	facts_format *write;
} formats[] = {
	{"json", write_json},
	{"flat", write_flat},
};

facts_format *facts_format_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].write;
	return NULL;
}

void facts_format_names(struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		buf_printf(out, "%s%s", i ? ", " : "", formats[i].name);
}
