#include "agent/facts/format.h"

#include "agent/render/functions/functions.h"
#include "common/json.h"
#include "common/own.h"
#include "common/select.h"

#include <ctype.h>
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

static int write_json(struct buf *out, const struct value *facts, struct error *err)
{
	(void)err;
	json_write_pretty(out, facts, 2);
	buf_putc(out, '\n');
	return 0;
}

static int write_yaml(struct buf *out, const struct value *facts, struct error *err)
{
	return goyaml_write(out, facts, err);
}

static void flat_leaf(void *ctx, const char *path, const struct value *fact)
{
	struct buf *out = ctx;
	buf_printf(out, "%s=", path);
	write_scalar(out, fact, true);
	buf_putc(out, '\n');
}

static int write_flat(struct buf *out, const struct value *facts, struct error *err)
{
	(void)err;
	select_each_leaf(facts, flat_leaf, out);
	return 0;
}

/* A name that a shell takes: what it can't hold is an underscore. The prefix keeps a fact such as
 * "path" from becoming the shell's own PATH. */
static void env_leaf(void *ctx, const char *path, const struct value *fact)
{
	struct buf *out = ctx;
	auto_buf struct buf text = {0};
	write_scalar(&text, fact, false);
	buf_puts(out, "FACT_");
	for (; *path; path++)
		buf_putc(out,
			 isalnum((unsigned char)*path) ? (char)toupper((unsigned char)*path) : '_');
	buf_puts(out, "='");
	for (const char *at = buf_text(&text); *at; at++)
		if (*at == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *at);
	buf_puts(out, "'\n");
}

static int write_env(struct buf *out, const struct value *facts, struct error *err)
{
	(void)err;
	select_each_leaf(facts, env_leaf, out);
	return 0;
}

enum { WIDEST = 40 };

struct table {
	struct buf *out;
	int width;
};

static void measure_leaf(void *ctx, const char *path, const struct value *fact)
{
	struct table *table = ctx;
	size_t len = strlen(path);
	(void)fact;
	if (len > (size_t)table->width)
		table->width = len > WIDEST ? WIDEST : (int)len;
}

static void table_leaf(void *ctx, const char *path, const struct value *fact)
{
	struct table *table = ctx;
	buf_printf(table->out, "%-*s  ", table->width, path);
	write_scalar(table->out, fact, true);
	buf_putc(table->out, '\n');
}

static int write_table(struct buf *out, const struct value *facts, struct error *err)
{
	struct table table = {out, 0};
	(void)err;
	select_each_leaf(facts, measure_leaf, &table);
	select_each_leaf(facts, table_leaf, &table);
	return 0;
}

static const struct {
	const char *name;
	facts_format *write;
} formats[] = {
	{"json", write_json}, {"yaml", write_yaml},   {"flat", write_flat},
	{"env", write_env},   {"table", write_table},
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
