/* What templates read, as items of a lock. */
#include "host/commands/locking.h"

#include "common/json.h"

#include <string.h>

/* "KIND NAME", readable; with more than that, JSON. */
const char *locking_value_name(const struct value *read, struct arena *arena)
{
	auto_buf struct buf json = {0};
	const char *kind = value_text(value_get(read, "kind"));
	const char *name = value_text(value_get(read, "name"));
	struct value *want = value_copy(arena, read);
	value_unset(want, "hash");
	if (kind && name && want->map.len == 2)
		return arena_printf(arena, "%s %s", kind, name);
	json_write(&json, want);
	return arena_strdup(arena, buf_text(&json));
}

const struct value *locking_want(const char *name, struct arena *arena)
{
	auto_error struct error ignored = {0};
	struct value *want = NULL;
	if (*name == '{')
		want = json_parse(arena, "want", name, strlen(name), &ignored);
	if (want)
		return want;
	size_t len = strcspn(name, " ");
	want = value_map(arena);
	value_set(arena, want, "kind", value_stringn(arena, name, len));
	value_set(arena, want, "name", value_string(arena, name + len + (name[len] == ' ')));
	return want;
}

bool locking_renders(const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->cell_count; i++)
		if (manifest->cells[i]->files_count)
			return true;
	return false;
}

/* One build's digest is the value's own; of several it is that of all of theirs. */
static int digest_in_cells(struct values *const *values, size_t count, const struct value *want,
			   char hex[HASH_HEX], struct error *err)
{
	if (count == 1)
		return values_digest(values[0], want, hex, err);
	auto_hash struct hash *hash = hash_new();
	int status = 0;
	for (size_t i = 0; i < count && status == 0; i++) {
		status = values_digest(values[i], want, hex, err);
		hash_add_text(hash, hex);
	}
	hash_finish(STEAL(hash), hex);
	return status;
}

int locking_values(struct locking *locking, struct values *const *values, size_t count,
		   const struct value *names, struct error *err)
{
	struct arena *arena = &locking->lock.arena;
	locking->now.knows_values = true;
	for (size_t i = 0; i < names->map.len; i++) {
		char hex[HASH_HEX];
		const char *name = names->map.entries[i].key;
		if (digest_in_cells(values, count, locking_want(name, arena), hex, err) < 0)
			return error_wrap(err, "can't tell what '%s' is now", name);
		struct lock_item item = {.name = name, .digest = hex};
		lock_put(arena, &locking->now, LOCK_VALUE, &item);
	}
	return 0;
}
