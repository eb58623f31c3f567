/* spew_dump, spew_printf and the two that return text: what github.com/davecgh/go-spew prints, but
 * without addresses, with a map's keys in order, and with a list's length for its capacity. */
#include "agent/render/functions/functions.h"

#include "agent/render/template/gofmt.h"
#include "agent/render/template/strconv.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH = 1000 };

struct dump {
	struct buf *out;
	struct arena *arena;
};

static void dump_value(struct dump *dump, const struct value *value, unsigned depth, bool indented);

static void indent(struct dump *dump, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_putc(dump->out, ' ');
}

static void dump_length(struct dump *dump, const struct value *value)
{
	size_t len = value->kind == VALUE_STRING ? value->string.len
		     : value->kind == VALUE_LIST ? value->list.len
		     : value->kind == VALUE_MAP  ? value->map.len
						 : 0;
	if (!len || (value->kind == VALUE_MAP && type_is_struct(value)))
		return;
	buf_printf(dump->out, "(len=%zu", len);
	if (value->kind == VALUE_LIST)
		buf_printf(dump->out, " cap=%zu", len);
	buf_puts(dump->out, ") ");
}

static void dump_key(struct dump *dump, const struct value *map, const struct value_entry *entry,
		     unsigned depth)
{
	if (type_is_struct(map)) {
		indent(dump, depth);
		buf_add(dump->out, entry->key, entry->key_len);
	} else if (type_has_integer_keys(map)) {
		indent(dump, depth);
		buf_printf(dump->out, "(int) %s", entry->key);
	} else {
		struct value key = {.kind = VALUE_STRING, .string = {entry->key, entry->key_len}};
		dump_value(dump, &key, depth, true);
	}
	buf_puts(dump->out, ": ");
}

/* The lines between the braces of a list, map or struct. */
static void dump_items(struct dump *dump, const struct value *value, unsigned depth)
{
	bool list = value->kind == VALUE_LIST;
	size_t len = list ? value->list.len : value->map.len;
	const struct value_entry *entries = list ? NULL
					    : type_is_struct(value)
						    ? value->map.entries
						    : type_sorted(dump->arena, value);
	for (size_t i = 0; i < len && dump->out->len <= GOFMT_MAX; i++) {
		if (!list)
			dump_key(dump, value, &entries[i], depth);
		dump_value(dump, list ? value->list.items[i] : entries[i].value, depth, list);
		buf_puts(dump->out, i + 1 < len ? ",\n" : "\n");
	}
}

static void dump_content(struct dump *dump, const struct value *value, unsigned depth)
{
	if (value->kind == VALUE_STRING) {
		strconv_quote(dump->out, value->string.data, value->string.len, false);
	} else if (value->kind == VALUE_LIST || value->kind == VALUE_MAP) {
		buf_puts(dump->out, "{\n");
		dump_items(dump, value, depth + 1);
		indent(dump, depth);
		buf_putc(dump->out, '}');
	} else {
		gofmt_spew_number(dump->out, value);
	}
}

/* indented: at the begin of a line. */
static void dump_value(struct dump *dump, const struct value *value, unsigned depth, bool indented)
{
	if (depth > DEPTH || dump->out->len > GOFMT_MAX)
		return;
	if (indented)
		indent(dump, depth);
	bool pointer = type_is_pointer(value);
	if (value->kind == VALUE_NULL) {
		buf_puts(dump->out, "(interface {}) <nil>");
		return;
	}
	buf_printf(dump->out, pointer ? "(%s)(" : "(%s) ", type_name(value));
	dump_length(dump, value);
	dump_content(dump, value, depth);
	if (pointer)
		buf_putc(dump->out, ')');
}

static struct value *text_of(const struct call *call, const struct buf *text, struct error *err)
{
	if (text->len <= GOFMT_MAX)
		return call_string(call, text);
	error_set(err, "the text is too long");
	return NULL;
}

static struct value *spew_sdump(struct call *call, struct error *err)
{
	auto_buf struct buf text = {0};
	struct dump dump = {&text, call->arena};
	for (size_t i = 0; i < call->count; i++) {
		dump_value(&dump, call->args[i], 0, true);
		buf_putc(&text, '\n');
	}
	return text_of(call, &text, err);
}

static struct value *spew_sprintf(struct call *call, struct error *err)
{
	auto_buf struct buf text = {0};
	gofmt_spew(&text, call_text(call, 0), call_len(call, 0), call->args + 1, call->count - 1);
	return text_of(call, &text, err);
}

/* These write where the program writes, not into the template's output. */
static struct value *to_stdout(struct call *call, struct value *text)
{
	if (!text)
		return NULL;
	fwrite(text->string.data, 1, text->string.len, stdout);
	return value_string(call->arena, "");
}

static struct value *spew_dump(struct call *call, struct error *err)
{
	return to_stdout(call, spew_sdump(call, err));
}

static struct value *spew_printf(struct call *call, struct error *err)
{
	return to_stdout(call, spew_sprintf(call, err));
}

const struct function functions_spew[] = {
	{"spew_dump", "a*", spew_dump},
	{"spew_sdump", "a*", spew_sdump},
	{"spew_printf", "sa*", spew_printf},
	{"spew_sprintf", "sa*", spew_sprintf},
	{NULL, NULL, NULL},
};
