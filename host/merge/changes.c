#include "host/merge/changes.h"

#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

static void add(struct changes *changes, const char *path, const char *before, const char *after)
{
	changes->items[changes->count++] = (struct change){path, before, after};
}

/* Below zero: the left one comes first, or is the only one that is left. */
static int compare_at(const struct listing *before, size_t i, const struct listing *after, size_t j)
{
	if (i == before->count)
		return 1;
	return j == after->count ? -1 : strcmp(before->entries[i].path, after->entries[j].path);
}

struct changes changes_between(const struct listing *before, const struct listing *after)
{
	struct changes changes = {0};
	size_t most = before->count + after->count + 1;
	changes.items = mem_alloc(most * sizeof *changes.items);
	for (size_t i = 0, j = 0; i < before->count || j < after->count;) {
		const struct listed *old = &before->entries[i], *new = &after->entries[j];
		int order = compare_at(before, i, after, j);
		if (order < 0)
			add(&changes, old->path, old->state, NULL);
		else if (order > 0)
			add(&changes, new->path, NULL, new->state);
		else if (strcmp(old->state, new->state) != 0)
			add(&changes, new->path, old->state, new->state);
		i += order <= 0;
		j += order >= 0;
	}
	return changes;
}

void changes_free(struct changes *changes)
{
	free(changes->items);
	*changes = (struct changes){0};
}

static bool agree(const struct change *left, const struct change *right)
{
	if (!left->after || !right->after)
		return left->after == right->after;
	return *left->after != 'f' && strcmp(left->after, right->after) == 0;
}

static const char *conflict_of_same(const struct changes *left, const struct changes *right)
{
	for (size_t i = 0, j = 0; i < left->count && j < right->count;) {
		int order = strcmp(left->items[i].path, right->items[j].path);
		if (order == 0 && !agree(&left->items[i], &right->items[j]))
			return left->items[i].path;
		i += order <= 0;
		j += order >= 0;
	}
	return NULL;
}

static bool removes_directory(const struct change *change)
{
	return change->before && *change->before == 'd' &&
	       (!change->after || *change->after != 'd');
}

/* The first change at or behind a path. */
static size_t find(const struct changes *changes, const char *path)
{
	size_t low = 0, high = changes->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(changes->items[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What is below a directory comes behind it, though not at once: `/a-b` is before `/a/b`. */
static const char *change_below(const struct changes *changes, const char *directory)
{
	autofree char *begin = mem_printf("%s/", directory);
	size_t len = strlen(begin);
	for (size_t i = find(changes, begin);
	     i < changes->count && strncmp(changes->items[i].path, begin, len) == 0; i++)
		if (changes->items[i].after)
			return changes->items[i].path;
	return NULL;
}

static const char *conflict_below(const struct changes *remover, const struct changes *other)
{
	const char *path = NULL;
	for (size_t i = 0; i < remover->count && !path; i++)
		if (removes_directory(&remover->items[i]))
			path = change_below(other, remover->items[i].path);
	return path;
}

const char *changes_conflict(const struct changes *left, const struct changes *right)
{
	const char *path = conflict_of_same(left, right);
	if (!path)
		path = conflict_below(left, right);
	return path ? path : conflict_below(right, left);
}

void changes_paths(const struct changes *changes, struct buf *out)
{
	for (size_t i = 0; i < changes->count; i++)
		buf_add(out, changes->items[i].path, strlen(changes->items[i].path) + 1);
}
