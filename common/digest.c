#include "common/digest.h"

#include "common/json.h"

static void sort_maps(struct value *value)
{
	if (value->kind == VALUE_LIST)
		for (size_t i = 0; i < value->list.len; i++)
			sort_maps(value->list.items[i]);
	if (value->kind != VALUE_MAP)
		return;
	value_sort_map(value);
	for (size_t i = 0; i < value->map.len; i++)
		sort_maps(value->map.entries[i].value);
}

static void hash_json(struct hash *hash, const struct value *value)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf json = {0};
	struct value *sorted = value_copy(&arena, value);
	sort_maps(sorted);
	json_write(&json, sorted);
	hash_add(hash, buf_text(&json), json.len);
}

/* A list is hashed item by item, so that a large tree is never copied as a whole. */
void digest_value(const struct value *value, char hex[HASH_HEX])
{
	hex[0] = '\0';
	if (!value)
		return;
	auto_hash struct hash *hash = hash_new();
	bool list = value->kind == VALUE_LIST;
	if (!list)
		hash_json(hash, value);
	for (size_t i = 0; list && i < value->list.len; i++) {
		hash_add(hash, i ? "," : "[", 1);
		hash_json(hash, value->list.items[i]);
	}
	if (list)
		hash_add(hash, value->list.len ? "]" : "[]", value->list.len ? 1 : 2);
	hash_finish(STEAL(hash), hex);
}
