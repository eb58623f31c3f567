#include "host/manifest/pillar.h"

#include "common/file.h"
#include "common/json.h"
#include "common/own.h"
#include "common/select.h"
#include "common/yaml.h"
#include "host/manifest/condition.h"
#include "host/manifest/secrets.h"

#include <fnmatch.h>

enum { LARGEST = 16 << 20, SHORTEST = 4, DEEPEST = 64 };

bool pillar_needs_facts(const struct pillar *pillar)
{
	for (size_t i = 0; i < pillar->count; i++)
		if (pillar->files[i].condition || pillar->files[i].match)
			return true;
	return false;
}

static bool fits_text(const struct value *fact, const char *glob)
{
	auto_buf struct buf text = {0};
	if (value_text(fact))
		return fnmatch(glob, value_text(fact), 0) == 0;
	json_write(&text, fact);
	return fnmatch(glob, buf_text(&text), 0) == 0;
}

/* Of a list one item is enough; a fact that isn't there fits nothing. */
static bool fits(const struct value *fact, const char *glob)
{
	if (!value_is(fact, VALUE_LIST))
		return fact && fits_text(fact, glob);
	for (size_t i = 0; i < fact->list.len; i++)
		if (fits_text(fact->list.items[i], glob))
			return true;
	return false;
}

static bool matches(const struct value *globs, const struct value *facts)
{
	for (size_t i = 0; globs && i < globs->map.len; i++)
		if (!fits(select_path(facts, globs->map.entries[i].key),
			  value_text(globs->map.entries[i].value)))
			return false;
	return true;
}

/* 1 or 0; -1 where the condition can't be decided. */
static int is_chosen(const struct pillar_file *file, const struct value *facts, struct error *err)
{
	if (!matches(file->match, facts))
		return 0;
	int holds = file->condition ? condition_holds(file->condition, facts, err) : 1;
	if (holds < 0) {
		auto_error struct error reason = {0};
		error_move(&reason, err);
		error_set_at(err, file->at.file, file->at.line, file->at.column,
			     "whether %s is for this target can't be said: %s", file->path,
			     reason.message);
	}
	return holds;
}

/* Maps are merged, all else is replaced. */
static void merge(struct arena *arena, struct value *into, const struct value *from, unsigned depth)
{
	for (size_t i = 0; i < from->map.len; i++) {
		const struct value_entry *entry = &from->map.entries[i];
		struct value *known = value_getn(into, entry->key, entry->key_len);
		if (depth < DEEPEST && value_is(known, VALUE_MAP) &&
		    value_is(entry->value, VALUE_MAP)) {
			merge(arena, known, entry->value, depth + 1);
			continue;
		}
		value_setn(arena, into, entry->key, entry->key_len,
			   value_copy(arena, entry->value));
	}
}

static struct value *read_file(struct arena *arena, const char *path, struct error *err)
{
	auto_buf struct buf text = {0};
	if (file_read(path, LARGEST, &text, err) < 0)
		return NULL;
	struct value *map = yaml_parse(arena, path, buf_text(&text), text.len, err);
	if (map && map->kind == VALUE_NULL)
		return value_map(arena);
	if (map && map->kind != VALUE_MAP) {
		error_set_at(err, path, map->line, map->column, "this must be a map of values");
		return NULL;
	}
	return map;
}

struct hiding {
	struct arena *arena;
	struct value *secrets;
	bool too_short;
};

static void hide(void *ctx, const char *path, const struct value *secret)
{
	struct hiding *hiding = ctx;
	auto_buf struct buf text = {0};
	(void)path;
	if (value_text(secret))
		buf_add(&text, secret->string.data, secret->string.len);
	else
		json_write(&text, secret);
	hiding->too_short |= text.len < SHORTEST;
	secrets_add(hiding->arena, hiding->secrets, buf_text(&text), text.len);
}

/* `secrets: [db.password, "*.token"]`: paths and patterns of values in the same file. */
static int take_secrets(const char *path, struct value *map, struct hiding *hiding,
			struct error *err)
{
	const struct value *list = value_get(map, "secrets");
	if (!list)
		return 0;
	value_unset(map, "secrets");
	if (list->kind != VALUE_LIST)
		return error_set_at(err, path, list->line, list->column,
				    "'secrets' must be a list of paths");
	for (size_t i = 0; i < list->list.len; i++) {
		const struct value *item = list->list.items[i];
		const char *pattern = value_text(item);
		struct value *found = value_map(hiding->arena), *one = NULL;
		if (pattern && (one = select_path(map, pattern)))
			value_set(hiding->arena, found, pattern, one);
		else if (pattern)
			select_matching(hiding->arena, map, pattern, found);
		if (!found->map.len)
			return error_set_at(err, path, item->line, item->column,
					    "there is no value '%s' in this file",
					    pattern ? pattern : "");
		select_each_leaf(found, hide, hiding);
		if (hiding->too_short)
			return error_set_at(err, path, item->line, item->column,
					    "a secret of fewer than %d bytes can't be hidden",
					    SHORTEST);
	}
	return 0;
}

int pillar_load(const struct pillar *pillar, const struct value *facts, struct arena *arena,
		struct pillar_values *found, struct error *err)
{
	struct hiding hiding = {.arena = arena, .secrets = value_list(arena)};
	*found = (struct pillar_values){value_map(arena), hiding.secrets};
	for (size_t i = 0; i < pillar->count; i++) {
		const struct pillar_file *file = &pillar->files[i];
		int chosen = is_chosen(file, facts, err);
		if (chosen < 0)
			return -1;
		struct value *map = chosen ? read_file(arena, file->path, err) : NULL;
		if (chosen && (!map || take_secrets(file->path, map, &hiding, err) < 0))
			return -1;
		if (map)
			merge(arena, found->values, map, 0);
	}
	return 0;
}
