#include "common/select.h"

#include "common/buffer.h"

#include <fnmatch.h>
#include <string.h>

enum { DEEPEST = 64, LONGEST_PART = 256, MOST_WAYS = 32 };

static struct value *look_up(const struct value *at, const char *path, unsigned depth)
{
	if (!*path)
		return (struct value *)at;
	if (value_is(at, VALUE_LIST))
		return value_path(at, path);
	for (size_t len = strlen(path); len && depth < MOST_WAYS; len--) {
		if (path[len] && (path[len] != '.' || !path[len + 1]))
			continue;
		struct value *child = value_getn(at, path, len);
		struct value *found =
			child ? look_up(child, path + len + (path[len] == '.'), depth + 1) : NULL;
		if (found)
			return found;
	}
	return NULL;
}

struct value *select_path(const struct value *root, const char *path)
{
	return look_up(root, path, 0);
}

bool select_is_pattern(const char *path)
{
	return path[strcspn(path, "*?[")] != '\0';
}

struct matching {
	struct arena *arena;
	struct value *selected;
	size_t count;
};

static void match(struct matching *matching, struct value *value, const char *path,
		  const char *pattern, unsigned depth);

static void match_child(struct matching *matching, struct value *child, const char *path,
			const char *name, const char *pattern, unsigned depth)
{
	char part[LONGEST_PART];
	size_t len = strcspn(pattern, ".");
	if (len >= sizeof part)
		return;
	memcpy(part, pattern, len);
	part[len] = '\0';
	if (fnmatch(part, name, 0) != 0)
		return;
	path = *path ? arena_printf(matching->arena, "%s.%s", path, name) : name;
	match(matching, child, path, pattern + len + (pattern[len] == '.'), depth + 1);
}

static void match(struct matching *matching, struct value *value, const char *path,
		  const char *pattern, unsigned depth)
{
	if (!*pattern) {
		value_set(matching->arena, matching->selected, path, value);
		matching->count++;
		return;
	}
	if (depth >= DEEPEST)
		return;
	for (size_t i = 0; value->kind == VALUE_MAP && i < value->map.len; i++)
		match_child(matching, value->map.entries[i].value, path, value->map.entries[i].key,
			    pattern, depth);
	for (size_t i = 0; value->kind == VALUE_LIST && i < value->list.len; i++)
		match_child(matching, value->list.items[i], path,
			    arena_printf(matching->arena, "%zu", i), pattern, depth);
}

size_t select_matching(struct arena *arena, const struct value *root, const char *pattern,
		       struct value *selected)
{
	struct matching matching = {.arena = arena, .selected = selected};
	if (*pattern)
		match(&matching, (struct value *)root, "", pattern, 0);
	return matching.count;
}

static void each_leaf(const struct value *value, struct buf *path, select_leaf *found, void *ctx)
{
	bool map = value->kind == VALUE_MAP, list = value->kind == VALUE_LIST;
	size_t len = path->len, count = map ? value->map.len : list ? value->list.len : 0;
	if (!count && (len || !map)) {
		found(ctx, buf_text(path), value);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (len)
			buf_putc(path, '.');
		if (map)
			buf_puts(path, value->map.entries[i].key);
		else
			buf_printf(path, "%zu", i);
		each_leaf(map ? value->map.entries[i].value : value->list.items[i], path, found,
			  ctx);
		path->len = len;
		path->data[len] = '\0';
	}
}

void select_each_leaf(const struct value *root, select_leaf *found, void *ctx)
{
	auto_buf struct buf path = {0};
	buf_puts(&path, "");
	each_leaf(root, &path, found, ctx);
}
