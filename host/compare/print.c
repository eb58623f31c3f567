#include "common/json.h"
#include "host/compare/compare.h"

#include <string.h>

static const char *text_of(const struct value *map, const char *key)
{
	const char *text = value_text(value_get(map, key));
	return text ? text : "";
}

/* "mode 0644 -> 0755": what a word alone would not tell. */
static void print_change(struct buf *out, const struct value *file, const char *how)
{
	const struct value *a = value_get(file, "a"), *b = value_get(file, "b");
	if (strcmp(how, "mode") == 0 || strcmp(how, "type") == 0 || strcmp(how, "target") == 0)
		buf_printf(out, " %s -> %s", text_of(a, how), text_of(b, how));
	else if (strcmp(how, "owner") == 0)
		buf_printf(out, " %lld:%lld -> %lld:%lld", (long long)value_get(a, "uid")->integer,
			   (long long)value_get(a, "gid")->integer,
			   (long long)value_get(b, "uid")->integer,
			   (long long)value_get(b, "gid")->integer);
}

/* A name may have any byte in it: it is written as JSON would where it is not plain. */
static void print_path(struct buf *out, const char *path)
{
	bool plain = true;
	for (const char *c = path; *c; c++)
		plain &= (unsigned char)*c >= ' ' && *c != 0x7f;
	if (plain)
		buf_puts(out, path);
	else
		json_write_string(out, path, strlen(path));
}

static void print_file(struct buf *out, const struct value *file)
{
	const struct value *how = value_get(file, "how");
	print_path(out, text_of(file, "path"));
	for (size_t i = 0; i < how->list.len; i++) {
		const char *way = value_text(how->list.items[i]);
		buf_printf(out, "%s%s", i ? ", " : ": ", way);
		print_change(out, file, way);
	}
	buf_puts(out, "\n");
}

static void print_side(struct buf *out, const struct value *value)
{
	if (value->kind == VALUE_NULL)
		buf_puts(out, "(none)");
	else
		json_write(out, value);
}

static void print_field(struct buf *out, const struct value *field)
{
	buf_printf(out, "config %s: ", text_of(field, "field"));
	print_side(out, value_get(field, "a"));
	buf_puts(out, " -> ");
	print_side(out, value_get(field, "b"));
	buf_puts(out, "\n");
}

void compare_print(const struct value *comparison, struct buf *out)
{
	const struct value *files = value_get(comparison, "files");
	const struct value *config = value_get(comparison, "config");
	if (compare_is_same(comparison)) {
		buf_puts(out, "the same\n");
		return;
	}
	for (size_t i = 0; i < files->list.len; i++)
		print_file(out, files->list.items[i]);
	for (size_t i = 0; i < config->list.len; i++)
		print_field(out, config->list.items[i]);
	buf_printf(out, "%zu %s and %zu %s of the config differ\n", files->list.len,
		   files->list.len == 1 ? "file" : "files", config->list.len,
		   config->list.len == 1 ? "field" : "fields");
}
