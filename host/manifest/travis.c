/* The matrix: axes (versions of a language, `env`), then exclude, include, allow_failures
 * (https://docs.travis-ci.com/user/build-matrix/). */
#include "host/manifest/travis.h"

#include "common/own.h"
#include "host/manifest/travis_axes.h"

#include <stddef.h>
#include <string.h>

enum { MOST_CELLS = 200, MOST_ENTRIES = 1000 };

struct jobs {
	const struct value *include, *exclude, *allow_failures;
	bool fast_finish;
};

static int read_maps(struct reader *reader, const struct value_entry *entry, void *target)
{
	int status = 0;
	const struct value *list = entry->value;
	if (list->kind != VALUE_LIST)
		return reader_fail(reader, list, "'%s' must be a list of maps", entry->key);
	if (list->list.len > MOST_ENTRIES)
		return reader_fail(reader, list, "'%s' has more than %d entries", entry->key,
				   MOST_ENTRIES);
	for (size_t i = 0; i < list->list.len; i++)
		if (list->list.items[i]->kind != VALUE_MAP)
			status = reader_fail(reader, list->list.items[i],
					     "an entry of '%s' must be a map of keys", entry->key);
	*(const struct value **)target = entry->value;
	return status;
}

static const struct reader_key keys[] = {
	{.name = "include",
	 TAKES_LIST | TAKES_TREE,
	 offsetof(struct jobs, include),
	 read_maps,
	 "cells that are added: maps of the manifest's keys, over its own"},
	{.name = "exclude",
	 TAKES_LIST | TAKES_TREE,
	 offsetof(struct jobs, exclude),
	 read_maps,
	 "cells that are left out: those that have these values"},
	{.name = "allow_failures",
	 TAKES_LIST | TAKES_TREE,
	 offsetof(struct jobs, allow_failures),
	 read_maps,
	 "cells whose failure does not count: likewise"},
	{.name = "fast_finish",
	 TAKES_FLAG,
	 offsetof(struct jobs, fast_finish),
	 reader_flag,
	 "`true`: cells that may fail begin when all others have passed, and not at all once "
	 "one has failed"},
};
const struct reader_section jobs_section = {"'jobs'", keys, COUNT_OF(keys), false};

bool travis_is(const char *path, const struct value *root)
{
	static const char name[] = ".travis.yml";
	const char *dialect = value_text(value_get(root, "dialect"));
	size_t len = strlen(path);
	if (dialect)
		return strcmp(dialect, "travis") == 0;
	return len >= sizeof name - 1 && strcmp(path + len - (sizeof name - 1), name) == 0;
}

static int read_jobs(struct reader *reader, const struct value *root, struct jobs *jobs)
{
	static const char *const names[] = {"matrix", "jobs"};
	int status = 0;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct value *value = value_get(root, names[i]);
		if (value && value->kind != VALUE_NULL &&
		    reader_map(reader, value, &jobs_section, jobs) < 0)
			status = -1;
	}
	return status;
}

static struct travis_cell *add_cell(struct arena *arena, struct travis_matrix *matrix,
				    const struct value *root)
{
	struct travis_cell *cell = arena_alloc(arena, sizeof *cell), **end = &matrix->first;
	while (*end)
		end = &(*end)->next;
	*end = cell;
	matrix->count++;
	cell->root = load_merge(arena, root, value_map(arena));
	cell->root->line = root->line;
	cell->root->column = root->column;
	return cell;
}

/* One cell for each combination: the last axis turns fastest. */
static int cross(struct reader *reader, const struct value *root, const struct axes *axes,
		 struct travis_matrix *matrix)
{
	struct arena *arena = &reader->manifest->arena;
	size_t total = 1, seen = 0;
	for (size_t i = 0; i < axes->count; i++) {
		total *= axes->items[i].count;
		if (total > MOST_CELLS)
			return reader_fail(reader, root, "the matrix has more than %d cells",
					   MOST_CELLS);
	}
	for (; seen < total; seen++) {
		struct travis_cell *cell = add_cell(arena, matrix, root);
		for (size_t i = axes->count, rest = seen; i-- > 0;) {
			const struct axis *axis = &axes->items[i];
			value_set(arena, cell->root, axis->key, axis->values[rest % axis->count]);
			rest /= axis->count;
		}
	}
	return 0;
}

/* Whether a cell has all the values that an entry of exclude or allow_failures names. */
static bool matches(struct reader *reader, const struct value *cell, const struct value *entry)
{
	for (size_t i = 0; i < entry->map.len; i++) {
		const struct value_entry *want = &entry->map.entries[i];
		const struct value *has = value_get(cell, want->key);
		bool env = strcmp(want->key, "env") == 0;
		if (!has ||
		    (env ? !axes_same_env(reader, has, want->value) : !axes_same(has, want->value)))
			return false;
	}
	return entry->map.len > 0;
}

static bool matches_any(struct reader *reader, const struct value *cell, const struct value *list)
{
	for (size_t i = 0; list && i < list->list.len; i++)
		if (matches(reader, cell, list->list.items[i]))
			return true;
	return false;
}

static void exclude(struct reader *reader, struct travis_matrix *matrix, const struct value *list)
{
	struct travis_cell **at = &matrix->first;
	while (*at) {
		if (matches_any(reader, (*at)->root, list)) {
			*at = (*at)->next;
			matrix->count--;
		} else {
			at = &(*at)->next;
		}
	}
}

/* An included cell starts from the first value of each axis, as in travis.yml. */
static int include(struct reader *reader, struct travis_matrix *matrix, const struct value *root,
		   const struct axes *axes, const struct value *list)
{
	struct arena *arena = &reader->manifest->arena;
	for (size_t i = 0; list && i < list->list.len; i++) {
		const struct value *own = list->list.items[i];
		if (matrix->count >= MOST_CELLS)
			return reader_fail(reader, own, "the matrix has more than %d cells",
					   MOST_CELLS);
		struct travis_cell *cell = add_cell(arena, matrix, root);
		for (size_t a = 0; a < axes->count; a++)
			if (strcmp(axes->items[a].key, "env") == 0)
				value_unset(cell->root, "env");
			else
				value_set(arena, cell->root, axes->items[a].key,
					  axes->items[a].values[0]);
		for (size_t k = 0; k < own->map.len; k++) {
			const struct value_entry *entry = &own->map.entries[k];
			value_setn(arena, cell->root, entry->key, entry->key_len, entry->value);
		}
	}
	return 0;
}

static void finish(struct reader *reader, struct travis_matrix *matrix, const struct axes *axes,
		   const struct jobs *jobs, bool named)
{
	struct arena *arena = &reader->manifest->arena;
	for (struct travis_cell *cell = matrix->first; cell; cell = cell->next) {
		cell->may_fail = matches_any(reader, cell->root, jobs->allow_failures);
		const char *name = value_text(value_get(cell->root, "name"));
		if (named)
			cell->name = name ? name : axes_name(arena, axes, cell->root);
		axes_settle(reader, axes, cell->root);
		value_unset(cell->root, "jobs");
		value_unset(cell->root, "matrix");
	}
}

int travis_expand(struct reader *reader, const struct value *root, struct travis_matrix *matrix)
{
	struct jobs jobs = {0};
	struct axes axes = {0};
	int status = read_jobs(reader, root, &jobs);
	if (axes_read(reader, root, &axes) < 0 || status < 0)
		return -1;
	bool alone = axes.count == 0 && jobs.include && jobs.include->list.len;
	if (!alone && cross(reader, root, &axes, matrix) < 0)
		return -1;
	exclude(reader, matrix, jobs.exclude);
	if (include(reader, matrix, root, &axes, jobs.include) < 0)
		return -1;
	matrix->fast_finish = jobs.fast_finish;
	finish(reader, matrix, &axes, &jobs, matrix->count > 1 || alone || axes.crossed);
	return matrix->count ? 0 : reader_fail(reader, root, "the matrix has no cell left");
}
