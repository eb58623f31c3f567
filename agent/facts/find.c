/* A fact by its path, and what was probably meant where there is none. */
#include "agent/facts/facts.h"

#include "agent/facts/families.h"
#include "common/buffer.h"
#include "common/nearest.h"
#include "common/select.h"

#include <limits.h>
#include <string.h>

enum { SUGGESTIONS = 3, DEEPEST = 32 };

static struct value *look_up_alias(const struct value *facts, const char *path)
{
	size_t len = strcspn(path, ".");
	for (size_t i = 0; i < facts_alias_count; i++) {
		const struct facts_alias *alias = &facts_aliases[i];
		if (strncmp(alias->name, path, len) != 0 || alias->name[len])
			continue;
		const struct value *target = value_path(facts, alias->path);
		if (target)
			return select_path(target, path + len + (path[len] == '.'));
	}
	return NULL;
}

struct search {
	struct arena *arena;
	const char *wanted;
	const char *found[SUGGESTIONS]; /* nearest first */
	unsigned distance[SUGGESTIONS];
};

static const char *last_part(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot ? dot + 1 : path;
}

/* A fact of the same name elsewhere comes behind those that are spelled alike. */
static void consider(struct search *search, const char *path)
{
	unsigned limit = (unsigned)strlen(search->wanted) / 3 + 1;
	unsigned distance = nearest_distance(search->wanted, path);
	if (distance > limit) {
		if (!strchr(path, '.') || strcmp(last_part(path), last_part(search->wanted)) != 0)
			return;
		distance = limit + 1;
	}
	for (size_t i = 0; i < SUGGESTIONS; i++) {
		if (search->found[i] && search->distance[i] <= distance)
			continue;
		size_t behind = SUGGESTIONS - i - 1;
		memmove(search->found + i + 1, search->found + i, behind * sizeof *search->found);
		memmove(search->distance + i + 1, search->distance + i,
			behind * sizeof *search->distance);
		search->found[i] = path;
		search->distance[i] = distance;
		return;
	}
}

static void consider_tree(struct search *search, const struct value *map, const char *prefix,
			  unsigned depth)
{
	for (size_t i = 0; value_is(map, VALUE_MAP) && depth < DEEPEST && i < map->map.len; i++) {
		const struct value_entry *entry = &map->map.entries[i];
		const char *path = arena_printf(search->arena, "%s%s%s", prefix, *prefix ? "." : "",
						entry->key);
		consider(search, path);
		consider_tree(search, entry->value, path, depth + 1);
	}
}

static void fail_with_nearest(const struct value *facts, const char *path, struct error *err)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct search search = {.arena = &arena, .wanted = path};
	consider_tree(&search, facts, "", 0);
	for (size_t i = 0; i < facts_family_count; i++)
		if (!value_get(facts, facts_families[i].name) &&
		    strcmp(facts_families[i].name, path) != 0)
			consider(&search, facts_families[i].name);
	for (size_t i = 0; i < SUGGESTIONS && search.found[i]; i++)
		buf_printf(&text, "%s%s", i ? ", " : "; did you mean ", search.found[i]);
	error_set(err, "there is no fact \"%s\"%s%s", path, buf_text(&text), text.len ? "?" : "");
}

struct value *facts_find(const struct value *facts, const char *path, struct error *err)
{
	struct value *found = *path ? select_path(facts, path) : NULL;
	if (!found)
		found = look_up_alias(facts, path);
	if (!found)
		fail_with_nearest(facts, path, err);
	return found;
}
