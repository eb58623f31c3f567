/* What is mounted into a container: no part of its tree. */
#ifndef FACTORY_AGENT_TREE_MOUNTS_H
#define FACTORY_AGENT_TREE_MOUNTS_H

#include "common/buffer.h"
#include "common/error.h"

#include <stdbool.h>

struct tree_mounts {
	struct buf paths; /* "/PATH\0"..., below the tree's root */
	bool on_overlay;  /* the root of all is */
};

/* `root`: the tree's, "" for that of all, else without a slash at its end. */
int tree_mounts_read(struct tree_mounts *mounts, const char *root, struct error *err);
void tree_mounts_free(struct tree_mounts *mounts);

/* Whether a path (from the tree's root on) is a mount point or below one; whether one is below the
 * path. */
bool tree_mounts_have(const struct tree_mounts *mounts, const char *path);
bool tree_mounts_are_below(const struct tree_mounts *mounts, const char *path);

#endif
