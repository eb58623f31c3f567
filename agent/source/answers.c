#include "agent/source/answers.h"

#include "common/json.h"

void answers_add(struct arena *arena, struct value *answers, const struct want *want,
		 const struct value *value, uint64_t index)
{
	struct value *entry = want_to_value(arena, want);
	if (index)
		value_set(arena, entry, "index", value_int(arena, (int64_t)index));
	value_set(arena, entry, "value", value ? (struct value *)value : value_null(arena));
	value_append(arena, answers, entry);
}

struct value *answers_sort(struct arena *arena, const char *name, const struct value *answers,
			   struct error *err)
{
	struct value *sorted = value_map(arena);
	for (size_t i = 0; value_is(answers, VALUE_LIST) && i < answers->list.len; i++) {
		struct value *entry = answers->list.items[i];
		auto_buf struct buf key = {0};
		if (!value_text(value_get(entry, "kind")) ||
		    !value_text(value_get(entry, "name"))) {
			error_set_at(err, name, entry->line, entry->column,
				     "an answer needs a kind and a name");
			return NULL;
		}
		struct value *want = value_copy(arena, entry);
		value_unset(want, "value");
		value_unset(want, "index");
		json_write(&key, want);
		value_setn(arena, sorted, key.data, key.len, entry);
	}
	return sorted;
}

const struct value *answers_find(const struct value *sorted, const struct want *want)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf key = {0};
	json_write(&key, want_to_value(&arena, want));
	return value_getn(sorted, key.data, key.len);
}

struct value *answers_value(const struct value *entry)
{
	struct value *value = value_get(entry, "value");
	return value && value->kind != VALUE_NULL ? value : NULL;
}

uint64_t answers_consul_index(const struct value *entry)
{
	return value_size(value_get(entry, "index"));
}

/* --- documents --- */

static bool survives(const struct value *entry)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	auto_error struct error err = {0};
	json_write(&text, entry);
	const struct value *again = json_parse(&arena, "an answer", text.data, text.len, &err);
	return again && value_equal(entry, again);
}

static void write_document(struct buf *out, const struct value *answers)
{
	auto_arena struct arena arena = {0};
	struct value *root = value_map(&arena), *list = value_list(&arena);
	value_set(&arena, root, "factory_values", value_int(&arena, ANSWERS_FORMAT));
	value_set(&arena, root, "answers", list);
	for (size_t i = 0; answers && i < answers->list.len; i++)
		if (survives(answers->list.items[i]))
			value_append(&arena, list, answers->list.items[i]);
	json_write(out, root);
}

bool answers_write(struct buf *out, const struct value *answers, size_t most)
{
	size_t before = out->len;
	write_document(out, answers);
	if (out->len - before <= most)
		return true;
	out->len = before;
	write_document(out, NULL);
	return false;
}

struct value *answers_read(struct arena *arena, const char *name, const char *text, size_t len,
			   struct error *err)
{
	const struct value *root = json_parse(arena, name, text, len, err);
	const struct value *answers = root ? value_get(root, "answers") : NULL;
	if (root && value_is(value_get(root, "factory_values"), VALUE_INT) &&
	    value_is(answers, VALUE_LIST))
		return answers_sort(arena, name, answers, err);
	if (root)
		error_set(err, "%s: these are no values that factory wrote", name);
	return NULL;
}
