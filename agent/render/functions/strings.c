#include "agent/render/functions/sprig.h"

#include "agent/render/template/gofmt.h"
#include "agent/render/template/runes.h"

#include <string.h>
#include <wctype.h>

struct text {
	const char *data;
	size_t len;
};

static struct text argument(const struct call *call, size_t at)
{
	return (struct text){call_text(call, at), call_len(call, at)};
}

static struct value *as_value(const struct call *call, struct text text)
{
	return value_stringn(call->arena, text.data, text.len);
}

static struct text without_prefix(struct text text, size_t len)
{
	return (struct text){text.data + len, text.len - len};
}

/* Trims what `drop` tells to, on both sides. */
static struct text trimmed(struct text text, bool (*drop)(uint32_t, struct text), struct text set)
{
	size_t width, kept = 0;
	while (text.len && drop(rune_decode(text.data, text.len, &width), set))
		text = without_prefix(text, width);
	for (size_t at = 0; at < text.len; at += width)
		if (!drop(rune_decode(text.data + at, text.len - at, &width), set))
			kept = at + width;
	text.len = kept;
	return text;
}

static bool in_set(uint32_t rune, struct text set)
{
	for (size_t at = 0, width; at < set.len; at += width)
		if (rune_decode(set.data + at, set.len - at, &width) == rune)
			return true;
	return false;
}

static bool is_space(uint32_t rune, struct text set)
{
	(void)set;
	return rune_is_space(rune);
}

static struct value *strings_trim(struct call *call, struct error *err)
{
	(void)err;
	return as_value(call, trimmed(argument(call, 1), in_set, argument(call, 0)));
}

static struct text trim_space(struct text text)
{
	return trimmed(text, is_space, (struct text){NULL, 0});
}

static struct value *strings_trim_space(struct call *call, struct error *err)
{
	(void)err;
	return as_value(call, trim_space(argument(call, 0)));
}

static struct value *strings_trim_prefix(struct call *call, struct error *err)
{
	(void)err;
	struct text prefix = argument(call, 0), text = argument(call, 1);
	if (text.len >= prefix.len && memcmp(text.data, prefix.data, prefix.len) == 0)
		text = without_prefix(text, prefix.len);
	return as_value(call, text);
}

static struct value *strings_trim_suffix(struct call *call, struct error *err)
{
	(void)err;
	struct text suffix = argument(call, 0), text = argument(call, 1);
	if (text.len >= suffix.len &&
	    memcmp(text.data + text.len - suffix.len, suffix.data, suffix.len) == 0)
		text.len -= suffix.len;
	return as_value(call, text);
}

static struct value *map_runes(struct call *call, wint_t (*map)(wint_t))
{
	auto_buf struct buf out = {0};
	struct text text = argument(call, 0);
	for (size_t at = 0, width; at < text.len; at += width)
		rune_append(&out, (uint32_t)map((wint_t)rune_decode(text.data + at, text.len - at,
								    &width)));
	return call_string(call, &out);
}

static struct value *strings_lower(struct call *call, struct error *err)
{
	(void)err;
	return map_runes(call, towlower);
}

static struct value *strings_upper(struct call *call, struct error *err)
{
	(void)err;
	return map_runes(call, towupper);
}

/* The first letter of each word; an apostrophe doesn't end one. */
static struct value *strings_title(struct call *call, struct error *err)
{
	(void)err;
	auto_buf struct buf out = {0};
	struct text text = argument(call, 0);
	bool inside = false;
	for (size_t at = 0, width; at < text.len; at += width) {
		uint32_t rune = rune_decode(text.data + at, text.len - at, &width);
		rune_append(&out, inside ? rune : (uint32_t)towupper((wint_t)rune));
		inside = rune_is_word(rune) || (inside && rune == '\'');
	}
	return call_string(call, &out);
}

static struct text next_part(struct text *rest, struct text separator)
{
	struct text part = *rest;
	const char *found = NULL;
	if (separator.len)
		found = memmem(rest->data, rest->len, separator.data, separator.len);
	else if (rest->len)
		found = rest->data + rune_prefix(rest->data, rest->len, 1);
	if (!found || (!separator.len && found == rest->data + rest->len)) {
		rest->data = NULL;
		return part;
	}
	part.len = (size_t)(found - rest->data);
	*rest = without_prefix(*rest, part.len + separator.len);
	return part;
}

static struct value *strings_split(struct call *call, struct error *err)
{
	(void)err;
	struct value *list = type_strings(call->arena);
	struct text rest = trim_space(argument(call, 1));
	if (!rest.len)
		return list;
	while (rest.data)
		value_append(call->arena, list,
			     as_value(call, next_part(&rest, argument(call, 0))));
	return list;
}

static struct value *strings_split_to_map(struct call *call, struct error *err)
{
	(void)err;
	struct value *map = type_named(value_map(call->arena), "map[string]string");
	struct text rest = trim_space(argument(call, 2)), separator = argument(call, 1);
	while (rest.len && rest.data) {
		struct text part = next_part(&rest, argument(call, 0));
		const char *cut = memmem(part.data, part.len, separator.data, separator.len);
		if (!cut)
			continue;
		size_t key_len = (size_t)(cut - part.data);
		value_setn(call->arena, map, part.data, key_len,
			   as_value(call, without_prefix(part, key_len + separator.len)));
	}
	return map;
}

static struct value *strings_join(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	const struct value *list = call->args[1];
	for (size_t i = 0; i < list->list.len && out.len <= TEMPLATE_OUTPUT; i++) {
		if (i)
			buf_add(&out, call_text(call, 0), call_len(call, 0));
		gofmt_value(&out, list->list.items[i]);
	}
	if (out.len <= TEMPLATE_OUTPUT)
		return call_string(call, &out);
	error_set(err, "the text is too long");
	return NULL;
}

/* An empty needle is found between all characters. */
static size_t step_over(struct text rest, struct text needle)
{
	if (!needle.len)
		return rest.len ? rune_prefix(rest.data, rest.len, 1) : 0;
	const char *found = memmem(rest.data, rest.len, needle.data, needle.len);
	return found ? (size_t)(found - rest.data) : rest.len;
}

static struct value *strings_replace_all(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	struct text needle = argument(call, 0), by = argument(call, 1), rest = argument(call, 2);
	if (!needle.len)
		buf_add(&out, by.data, by.len);
	while (rest.len && out.len <= TEMPLATE_OUTPUT) {
		size_t kept = step_over(rest, needle);
		buf_add(&out, rest.data, kept);
		if (kept < rest.len || !needle.len)
			buf_add(&out, by.data, by.len);
		size_t used = kept < rest.len ? kept + needle.len : kept;
		rest = without_prefix(rest, used);
	}
	if (out.len <= TEMPLATE_OUTPUT)
		return call_string(call, &out);
	error_set(err, "the text is too long");
	return NULL;
}

static struct value *strings_indent(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	int64_t spaces = call->args[0]->integer;
	struct text text = argument(call, 1);
	bool begins = true;
	if (spaces < 0 || spaces > 10000) {
		error_set(err, spaces < 0 ? "indent value must be a positive integer"
					  : "indent value must be at most 10000");
		return NULL;
	}
	for (size_t i = 0; i < text.len && out.len <= TEMPLATE_OUTPUT; i++) {
		if (begins && text.data[i] != '\n') {
			memset(buf_reserve(&out, (size_t)spaces), ' ', (size_t)spaces);
			out.len += (size_t)spaces;
		}
		buf_putc(&out, text.data[i]);
		begins = text.data[i] == '\n';
	}
	if (out.len <= TEMPLATE_OUTPUT)
		return call_string(call, &out);
	error_set(err, "the text is too long");
	return NULL;
}

const struct function functions_strings[] = {
	{"trim", "ss", strings_trim},
	{"trimSpace", "s", strings_trim_space},
	{"trimPrefix", "ss", strings_trim_prefix},
	{"trimSuffix", "ss", strings_trim_suffix},
	{"toLower", "s", strings_lower},
	{"toUpper", "s", strings_upper},
	{"toTitle", "s", strings_title},
	{"split", "ss", strings_split},
	{"splitToMap", "sss", strings_split_to_map},
	{"join", "sS", strings_join},
	{"replaceAll", "sss", strings_replace_all},
	{"indent", "is", strings_indent},
	{NULL, NULL, NULL},
};

const struct function functions_sprig_trims[] = {
	{"sprig_lower", "s", strings_lower},
	{"sprig_replace", "sss", strings_replace_all},
	{"sprig_trim", "s", strings_trim_space},
	{"sprig_trimAll", "ss", strings_trim},
	{"sprig_trimPrefix", "ss", strings_trim_prefix},
	{"sprig_trimSuffix", "ss", strings_trim_suffix},
	{"sprig_trimall", "ss", strings_trim},
	{"sprig_upper", "s", strings_upper},
	{NULL, NULL, NULL},
};
