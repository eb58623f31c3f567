#include "agent/render/life/register.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"

#include <fnmatch.h>
#include <mbedtls/base64.h>
#include <string.h>

/* A pattern stands for all that is below it, too. A slash in the first name is that of another
 * prefix: nothing of it is ours. */
static bool is_ours(const char *path, const char *const *patterns)
{
	size_t first = strcspn(path, ".");
	if (memchr(path, '/', first))
		return false;
	for (; *patterns; patterns++) {
		autofree char *below = mem_printf("%s.*", *patterns);
		if (fnmatch(*patterns, path, 0) == 0 || fnmatch(below, path, 0) == 0)
			return true;
	}
	return false;
}

struct value *register_changes(struct arena *arena, const struct value *facts,
			       const struct value *keys, const char *const *patterns)
{
	struct value *changes = value_map(arena), *there = value_map(arena);
	for (size_t i = 0; i < keys->list.len; i++) {
		const struct value *key = keys->list.items[i];
		const char *path = value_text(value_get(key, "Key"));
		value_set(arena, there, path, value_get(key, "Value"));
		if (!value_get(facts, path) && is_ours(path, patterns))
			value_set(arena, changes, path, value_null(arena));
	}
	for (size_t i = 0; i < facts->map.len; i++) {
		const struct value_entry *fact = &facts->map.entries[i];
		const struct value *old = value_getn(there, fact->key, fact->key_len);
		if (!old || !value_equal(old, fact->value))
			value_setn(arena, changes, fact->key, fact->key_len, fact->value);
	}
	return changes;
}

static void add_base64(struct buf *body, const struct value *text)
{
	size_t len = 0, room = text->string.len / 3 * 4 + 5;
	unsigned char *code = (unsigned char *)buf_reserve(body, room);
	mbedtls_base64_encode(code, room, &len, (const unsigned char *)text->string.data,
			      text->string.len);
	body->len += len;
}

static void add_change(struct buf *body, const char *prefix, const struct value_entry *change)
{
	bool set = value_is(change->value, VALUE_STRING);
	autofree char *key = mem_printf("%s/%s", prefix, change->key);
	buf_printf(body, "{\"KV\":{\"Verb\":\"%s\",\"Key\":", set ? "set" : "delete");
	json_write_string(body, key, strlen(key));
	if (set) {
		buf_puts(body, ",\"Value\":\"");
		add_base64(body, change->value);
		buf_putc(body, '"');
	}
	buf_puts(body, "}}");
}

size_t register_body(struct buf *body, const char *prefix, const struct value *changes,
		     size_t first)
{
	size_t left = changes->map.len - first;
	size_t count = left < REGISTER_BATCH ? left : REGISTER_BATCH;
	for (size_t i = 0; i < count; i++) {
		buf_putc(body, i ? ',' : '[');
		add_change(body, prefix, &changes->map.entries[first + i]);
	}
	buf_putc(body, ']');
	return count;
}

int register_refused(struct arena *arena, const char *server, const char *prefix,
		     const struct buf *answer, struct error *err)
{
	auto_error struct error broken = {0};
	const struct value *reply =
		json_parse(arena, server, buf_text(answer), answer->len, &broken);
	const char *why = value_text(value_path(reply, "Errors.0.What"));
	return error_set(err, "%s refuses to change keys below %s/: %s", server, prefix,
			 why ? why : "it does not say why");
}
