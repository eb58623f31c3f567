#include "host/jinja/runtime.h"

#include <string.h>

size_t character_length(const struct value *text, size_t offset)
{
	size_t len = 1;
	while (offset + len < text->string.len &&
	       ((unsigned char)text->string.data[offset + len] & 0xC0) == 0x80)
		len++;
	return len;
}

size_t character_count(const struct value *text)
{
	size_t count = 0;
	for (size_t i = 0; i < text->string.len; i += character_length(text, i))
		count++;
	return count;
}

size_t character_offset(const struct value *text, size_t index)
{
	size_t offset = 0;
	while (index-- && offset < text->string.len)
		offset += character_length(text, offset);
	return offset;
}

static struct value *characters(struct run *run, const struct value *text)
{
	struct value *list = value_list(run->arena);
	for (size_t i = 0; i < text->string.len;) {
		size_t len = character_length(text, i);
		value_append(run->arena, list,
			     value_stringn(run->arena, text->string.data + i, len));
		i += len;
	}
	return list;
}

struct value *iterate(struct run *run, const struct expression *at, struct value *value)
{
	if (!need_defined(run, at, value))
		return NULL;
	if (value->kind == VALUE_LIST)
		return value;
	if (value->kind == VALUE_STRING)
		return characters(run, value);
	if (object_is(value, OBJECT_PLACEHOLDER))
		return value_list(run->arena);
	if (value->kind != VALUE_MAP)
		return run_fail(run, at, "'%s' object is not iterable", python_type(value));
	struct value *keys = value_list(run->arena);
	for (size_t i = 0; i < value->map.len; i++)
		value_append(run->arena, keys,
			     value_stringn(run->arena, value->map.entries[i].key,
					   value->map.entries[i].key_len));
	return keys;
}

/* Python's rules for the bounds of a slice (docs.python.org, slice.indices). */
static int64_t clamp(int64_t index, int64_t len, bool backwards)
{
	if (index < 0)
		index += len;
	if (index < 0)
		return backwards ? -1 : 0;
	if (index >= len)
		return backwards ? len - 1 : len;
	return index;
}

static int64_t bound(const struct value *part, int64_t otherwise, int64_t len, bool backwards)
{
	if (!part || part->kind != VALUE_INT)
		return otherwise;
	return clamp(part->integer, len, backwards);
}

static bool is_part(const struct value *part)
{
	return !part || part->kind == VALUE_INT || part->kind == VALUE_NULL;
}

struct value *slice(struct run *run, const struct expression *at, struct value *value,
		    struct value *start, struct value *stop, struct value *step)
{
	if (!is_part(start) || !is_part(stop) || !is_part(step))
		return run_fail(run, at, "slice indices must be integers or None");
	if (value->kind != VALUE_LIST && value->kind != VALUE_STRING)
		return run_fail(run, at, "'%s' object can't be sliced", python_type(value));
	struct value *items = iterate(run, at, value);
	int64_t len = (int64_t)items->list.len;
	int64_t by = step && step->kind == VALUE_INT ? step->integer : 1;
	if (by == 0)
		return run_fail(run, at, "slice step cannot be zero");
	bool backwards = by < 0;
	int64_t from = bound(start, backwards ? len - 1 : 0, len, backwards);
	int64_t to = bound(stop, backwards ? -1 : len, len, backwards);
	struct value *list = is_tuple(value) ? tuple_new(run) : value_list(run->arena);
	for (int64_t i = from; backwards ? i > to : i < to; i += by) {
		value_append(run->arena, list, items->list.items[i]);
		if (by > len || by < -len)
			break;
	}
	if (value->kind == VALUE_LIST)
		return list;
	struct value *text = value_stringn(run->arena, "", 0);
	char *joined = arena_alloc(run->arena, value->string.len + 1);
	for (size_t i = 0; i < list->list.len; i++) {
		const struct value *item = list->list.items[i];
		memcpy(joined + text->string.len, item->string.data, item->string.len);
		text->string.len += item->string.len;
	}
	text->string.data = joined;
	return text;
}
