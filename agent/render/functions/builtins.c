#include "agent/render/functions/functions.h"

#include "agent/render/template/gofmt.h"
#include "agent/render/template/runes.h"

#include <stdio.h>
#include <string.h>

static struct value *builtin_not(struct call *call, struct error *err)
{
	(void)err;
	return value_bool(call->arena, !type_truth(call->args[0]));
}

static struct value *fail(struct error *err, const char *message)
{
	error_set(err, "%s", message);
	return NULL;
}

static struct value *builtin_len(struct call *call, struct error *err)
{
	const struct value *item = call->args[0];
	if (item->kind == VALUE_STRING)
		return value_int(call->arena, (int64_t)item->string.len);
	if (item->kind == VALUE_LIST)
		return value_int(call->arena, (int64_t)item->list.len);
	if (item->kind == VALUE_MAP && !type_is_struct(item))
		return value_int(call->arena, (int64_t)item->map.len);
	if (type_is_class(item, &class_loop))
		return value_int(call->arena, 0);
	if (item->kind == VALUE_NULL)
		return fail(err, item->type ? "len of nil pointer"
					    : "reflect: call of reflect.Value.Type on zero Value");
	error_set(err, "len of type %s", type_name(item));
	return NULL;
}

/* An index between 0 and limit; both are fine here, as in Go. */
static int index_argument(const struct value *index, size_t limit, size_t *at, struct error *err)
{
	if (index->kind == VALUE_NULL)
		return error_set(err, "cannot index slice/array with nil");
	if (index->kind != VALUE_INT)
		return error_set(err, "cannot index slice/array with type %s", type_name(index));
	if (index->integer < 0 || (uint64_t)index->integer > limit)
		return error_set(err, "index out of range: %lld", (long long)index->integer);
	*at = (size_t)index->integer;
	return 0;
}

static struct value *index_map(struct call *call, struct value *map, const struct value *key,
			       struct error *err)
{
	char number[24];
	bool integers = type_has_integer_keys(map);
	const char *wanted = integers ? "int" : "string";
	struct value *found;
	if (key->kind == VALUE_NULL) {
		error_set(err, "value is nil; should be of type %s", wanted);
		return NULL;
	}
	if (key->kind != (integers ? VALUE_INT : VALUE_STRING)) {
		error_set(err, "value has type %s; should be %s", type_name(key), wanted);
		return NULL;
	}
	if (integers) {
		int len = snprintf(number, sizeof number, "%lld", (long long)key->integer);
		found = value_getn(map, number, (size_t)len);
	} else {
		found = value_getn(map, key->string.data, key->string.len);
	}
	return found ? eval_element(call->state, found) : type_zero_element(call->arena, map);
}

static struct value *index_sequence(struct call *call, struct value *item,
				    const struct value *index, struct error *err)
{
	bool text = item->kind == VALUE_STRING;
	size_t at, len = text ? item->string.len : item->list.len;
	if (index_argument(index, len, &at, err) < 0)
		return NULL;
	if (at == len)
		return fail(err, text ? "reflect: string index out of range"
				      : "reflect: slice index out of range");
	if (!text)
		return eval_element(call->state, item->list.items[at]);
	return type_named(value_int(call->arena, (unsigned char)item->string.data[at]), "uint8");
}

static struct value *builtin_index(struct call *call, struct error *err)
{
	struct value *item = call->args[0];
	if (item->kind == VALUE_NULL)
		return fail(err, "index of untyped nil");
	for (size_t i = 1; item && i < call->count; i++) {
		const struct value *index = call->args[i];
		if (item->kind == VALUE_NULL)
			return fail(err, "index of nil pointer");
		if (item->kind == VALUE_LIST || item->kind == VALUE_STRING) {
			item = index_sequence(call, item, index, err);
		} else if (item->kind == VALUE_MAP && !type_is_struct(item)) {
			item = index_map(call, item, index, err);
		} else {
			error_set(err, "can't index item of type %s", type_name(item));
			return NULL;
		}
	}
	return item;
}

static int slice_bounds(struct call *call, size_t len, size_t bounds[3], struct error *err)
{
	bounds[0] = 0;
	bounds[1] = bounds[2] = len;
	for (size_t i = 1; i < call->count; i++)
		if (index_argument(call->args[i], len, &bounds[i - 1], err) < 0)
			return -1;
	if (bounds[0] > bounds[1])
		return error_set(err, "invalid slice index: %zu > %zu", bounds[0], bounds[1]);
	if (bounds[1] > bounds[2])
		return error_set(err, "invalid slice index: %zu > %zu", bounds[1], bounds[2]);
	return 0;
}

static struct value *builtin_slice(struct call *call, struct error *err)
{
	struct value *item = call->args[0];
	bool text = item->kind == VALUE_STRING;
	size_t bounds[3];
	if (item->kind == VALUE_NULL)
		return fail(err, "slice of untyped nil");
	if (call->count > 4) {
		error_set(err, "too many slice indexes: %zu", call->count - 1);
		return NULL;
	}
	if (text && call->count == 4)
		return fail(err, "cannot 3-index slice a string");
	if (!text && item->kind != VALUE_LIST) {
		error_set(err, "can't slice item of type %s", type_name(item));
		return NULL;
	}
	if (slice_bounds(call, text ? item->string.len : item->list.len, bounds, err) < 0)
		return NULL;
	if (text)
		return value_stringn(call->arena, item->string.data + bounds[0],
				     bounds[1] - bounds[0]);
	struct value *part = type_named(value_list(call->arena), item->type);
	for (size_t i = bounds[0]; i < bounds[1]; i++)
		value_append(call->arena, part, item->list.items[i]);
	return part;
}

static struct value *printed(struct call *call, const struct buf *text, struct error *err)
{
	return text->len > GOFMT_MAX ? fail(err, "the text is too long") : call_string(call, text);
}

static struct value *builtin_print(struct call *call, struct error *err)
{
	auto_buf struct buf text = {0};
	gofmt_print(&text, call->args, call->count);
	return printed(call, &text, err);
}

static struct value *builtin_println(struct call *call, struct error *err)
{
	auto_buf struct buf text = {0};
	gofmt_println(&text, call->args, call->count);
	return printed(call, &text, err);
}

static struct value *builtin_printf(struct call *call, struct error *err)
{
	auto_buf struct buf text = {0};
	gofmt_printf(&text, call_text(call, 0), call_len(call, 0), call->args + 1, call->count - 1);
	return printed(call, &text, err);
}

/* What html, js and urlquery work on: the arguments printed, a single string as it is. */
static void printed_arguments(struct call *call, struct buf *text)
{
	struct value missing = {.kind = VALUE_STRING, .string = {"<no value>", 10}};
	for (size_t i = 0; i < call->count; i++)
		if (call->args[i]->kind == VALUE_NULL)
			call->args[i] = value_copy(call->arena, &missing);
	gofmt_print(text, call->args, call->count);
}

static void escape_html(struct buf *out, const char *text, size_t len)
{
	static const char from[] = "\"'&<>";
	static const char *const to[] = {"&#34;", "&#39;", "&amp;", "&lt;", "&gt;"};
	for (size_t i = 0; i < len; i++) {
		const char *at = text[i] ? strchr(from, text[i]) : NULL;
		if (at)
			buf_puts(out, to[at - from]);
		else if (!text[i])
			rune_append(out, RUNE_ERROR);
		else
			buf_putc(out, text[i]);
	}
}

static void escape_js(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t width;
		uint32_t rune = rune_decode(text + i, len - i, &width);
		if (rune == '\\' || rune == '\'' || rune == '"')
			buf_printf(out, "\\%c", (int)rune);
		else if (rune < ' ' || rune == '<' || rune == '>' || rune == '&' || rune == '=' ||
			 (rune >= 0x80 && !rune_is_printable(rune)))
			buf_printf(out, "\\u%04X", (unsigned)rune);
		else
			buf_add(out, text + i, width);
		i += width;
	}
}

static void escape_query(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80;
		if (letter || (c >= '0' && c <= '9') || (c && strchr("-_.~", c)))
			buf_putc(out, text[i]);
		else if (c == ' ')
			buf_putc(out, '+');
		else
			buf_printf(out, "%%%02X", c);
	}
}

static struct value *escaped(struct call *call, void (*escape)(struct buf *, const char *, size_t),
			     struct error *err)
{
	auto_buf struct buf text = {0}, out = {0};
	printed_arguments(call, &text);
	if (text.len > GOFMT_MAX)
		return fail(err, "the text is too long");
	escape(&out, buf_text(&text), text.len);
	return call_string(call, &out);
}

static struct value *builtin_html(struct call *call, struct error *err)
{
	return escaped(call, escape_html, err);
}

static struct value *builtin_js(struct call *call, struct error *err)
{
	return escaped(call, escape_js, err);
}

static struct value *builtin_urlquery(struct call *call, struct error *err)
{
	return escaped(call, escape_query, err);
}

/* No value of ours is a function. */
static struct value *builtin_call(struct call *call, struct error *err)
{
	if (call->args[0]->kind == VALUE_NULL)
		return fail(err, "call of nil");
	error_set(err, "non-function of type %s", type_name(call->args[0]));
	return NULL;
}

const struct function functions_builtin[] = {
	{"and", "vv*", NULL}, /* short circuits: call.c */
	{"or", "vv*", NULL},
	{"not", "v", builtin_not},
	{"len", "v", builtin_len},
	{"index", "vv*", builtin_index},
	{"slice", "vv*", builtin_slice},
	{"print", "a*", builtin_print},
	{"printf", "sa*", builtin_printf},
	{"println", "a*", builtin_println},
	{"html", "a*", builtin_html},
	{"js", "a*", builtin_js},
	{"urlquery", "a*", builtin_urlquery},
	{"call", "vv*", builtin_call},
	{NULL, NULL, NULL},
};
