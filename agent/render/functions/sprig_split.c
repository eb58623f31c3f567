#include "agent/render/functions/sprig.h"

#include "agent/render/template/runes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As strings.SplitN: at most `limit` parts, all where it is negative; an empty separator is between
 * all characters. */
static struct value *split(const struct call *call, size_t at, int64_t limit)
{
	const char *text = call_text(call, at), *separator = call_text(call, 0);
	size_t len = call_len(call, at), width = call_len(call, 0);
	struct value *list = type_strings(call->arena);
	while (limit) {
		const char *cut = limit == 1 ? NULL
				  : width    ? memmem(text, len, separator, width)
				  : len      ? text + rune_prefix(text, len, 1)
					     : NULL;
		if (!width && cut == text + len)
			cut = NULL;
		size_t used = cut ? (size_t)(cut - text) : len;
		if (cut || width || len)
			value_append(call->arena, list, value_stringn(call->arena, text, used));
		if (!cut)
			break;
		text += used + width;
		len -= used + width;
		limit--;
	}
	return list;
}

static struct value *numbered(const struct call *call, const struct value *list)
{
	struct value *map = type_named(value_map(call->arena), "map[string]string");
	for (size_t i = 0; i < list->list.len; i++) {
		char key[24];
		snprintf(key, sizeof key, "_%zu", i);
		value_set(call->arena, map, key, list->list.items[i]);
	}
	return map;
}

static struct value *split_list(struct call *call, struct error *err)
{
	(void)err;
	return split(call, 1, -1);
}

static struct value *split_all(struct call *call, struct error *err)
{
	(void)err;
	return numbered(call, split(call, 1, -1));
}

static struct value *split_some(struct call *call, struct error *err)
{
	(void)err;
	return numbered(call, split(call, 2, call->args[1]->integer));
}

static struct value *split_strings(struct call *call, struct error *err)
{
	(void)err;
	return sprig_strings(call, call->args[0]);
}

static struct value *split_join(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	const struct value *list = sprig_strings(call, call->args[1]);
	for (size_t i = 0; i < list->list.len && out.len <= TEMPLATE_OUTPUT; i++) {
		if (i)
			buf_add(&out, call_text(call, 0), call_len(call, 0));
		sprig_print(&out, list->list.items[i]);
	}
	return sprig_text(call, &out, err);
}

static int by_bytes(const void *a, const void *b)
{
	const struct value *left = *(struct value *const *)a, *right = *(struct value *const *)b;
	size_t m = left->string.len, n = right->string.len;
	int order = memcmp(left->string.data, right->string.data, m < n ? m : n);
	return order ? order : (m > n) - (m < n);
}

static struct value *split_sort(struct call *call, struct error *err)
{
	(void)err;
	struct value *list = sprig_strings(call, call->args[0]);
	if (call->args[0]->kind == VALUE_NULL)
		value_append(call->arena, list, value_string(call->arena, "<nil>"));
	if (list->list.len)
		qsort(list->list.items, list->list.len, sizeof *list->list.items, by_bytes);
	return list;
}

const struct function functions_sprig_split[] = {
	{"sprig_join", "sa", split_join},
	{"sprig_sortAlpha", "a", split_sort},
	{"sprig_split", "ss", split_all},
	{"sprig_splitList", "ss", split_list},
	{"sprig_splitn", "sis", split_some},
	{"sprig_toStrings", "a", split_strings},
	{NULL, NULL, NULL},
};
