/* One value as github.com/davecgh/go-spew's formatter prints it, without addresses. */
#include "agent/render/template/gofmt_internal.h"

#include "agent/render/template/strconv.h"
#include "agent/render/template/types.h"

#include <string.h>

enum { MAX_DEPTH = 1000 };

static void spew(struct verb *verb, const struct value *value, bool show_type, unsigned depth);

void gofmt_spew_number(struct buf *out, const struct value *value)
{
	if (value->kind != VALUE_FLOAT && !type_is_class(value, &class_complex)) {
		gofmt_value(out, value);
	} else if (value->kind == VALUE_FLOAT) {
		strconv_format_float(out, value->real, 'g', -1);
	} else {
		const double *parts = value->object.data;
		buf_putc(out, '(');
		strconv_format_float(out, parts[0], 'g', -1);
		if (parts[1] >= 0)
			buf_putc(out, '+');
		strconv_format_float(out, parts[1], 'g', -1);
		buf_puts(out, "i)");
	}
}

/* Only what an interface holds shows its type, not what has one by its container. */
static bool holds_interfaces(const struct value *value)
{
	const char *type = type_name(value);
	size_t len = strlen(type);
	return type_is_struct(value) || (len >= 12 && strcmp(type + len - 12, "interface {}") == 0);
}

static void spew_list(struct verb *verb, const struct value *list, unsigned depth)
{
	bool types = holds_interfaces(list);
	buf_putc(verb->out, '[');
	for (size_t i = 0; i < list->list.len; i++) {
		if (i)
			buf_putc(verb->out, ' ');
		spew(verb, list->list.items[i], types, depth + 1);
	}
	buf_putc(verb->out, ']');
}

static void spew_map(struct verb *verb, const struct value *map, unsigned depth)
{
	auto_arena struct arena arena = {0};
	bool fields = type_is_struct(map), types = holds_interfaces(map);
	const struct value_entry *entries = fields ? map->map.entries : type_sorted(&arena, map);
	buf_puts(verb->out, fields ? "{" : "map[");
	for (size_t i = 0; i < map->map.len; i++) {
		if (i)
			buf_putc(verb->out, ' ');
		if (!fields || verb->plus_v || verb->sharp_v) {
			buf_add(verb->out, entries[i].key, entries[i].key_len);
			buf_putc(verb->out, ':');
		}
		spew(verb, entries[i].value, types, depth + 1);
	}
	buf_putc(verb->out, fields ? '}' : ']');
}

static void spew(struct verb *verb, const struct value *value, bool show_type, unsigned depth)
{
	if (depth > MAX_DEPTH || verb->out->len > verb->limit)
		return;
	if (verb->sharp_v && show_type)
		buf_printf(verb->out, "(%s)",
			   value->kind == VALUE_NULL ? "interface {}" : type_name(value));
	else if (type_is_pointer(value))
		buf_puts(verb->out, "<*>");
	if (value->kind == VALUE_STRING)
		buf_add(verb->out, value->string.data, value->string.len);
	else if (value->kind == VALUE_LIST)
		spew_list(verb, value, depth);
	else if (value->kind == VALUE_MAP)
		spew_map(verb, value, depth);
	else
		gofmt_spew_number(verb->out, value);
}

void verb_spew(struct verb *verb, const struct value *value)
{
	spew(verb, value, true, 0);
}
