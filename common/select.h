/* Parts of a tree by dotted paths, where names may have dots of their own (interfaces, mount
 * points, packages), and by patterns. */
#ifndef FACTORY_COMMON_SELECT_H
#define FACTORY_COMMON_SELECT_H

#include "common/value.h"

/* The value at a path; of several ways to part it the one with the longest names counts. NULL where
 * it ends nowhere. */
struct value *select_path(const struct value *root, const char *path);

/* Are there stars, question marks or brackets in it? */
bool select_is_pattern(const char *path);

/* Adds to the map `selected` all values whose paths match, by their paths. The parts of a pattern
 * are globs, each for one part of a path. Returns how many there were. */
size_t select_matching(struct arena *arena, const struct value *root, const char *pattern,
		       struct value *selected);

/* What is done with each single value of a tree (and with an empty list or map), in order. */
typedef void select_leaf(void *ctx, const char *path, const struct value *value);
void select_each_leaf(const struct value *root, select_leaf *found, void *ctx);

#endif
