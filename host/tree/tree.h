/* A directory's files in an order that is always the same. */
#ifndef FACTORY_HOST_TREE_TREE_H
#define FACTORY_HOST_TREE_TREE_H

#include "common/error.h"
#include "common/hash.h"

#include <sys/types.h>

enum tree_kind { TREE_FILE, TREE_DIRECTORY, TREE_LINK };

struct tree_entry {
	enum tree_kind kind;
	const char *path;     /* to open it */
	const char *relative; /* below the root, "" for the root itself */
	const char *target;   /* of a link, else NULL */
	mode_t mode;          /* permission bits */
	off_t size;           /* of a file, in bytes */
};

/* Visits path and, below a directory, everything in byte order of names, parents first. Links are
 * not followed, but for path itself. Sockets, devices and pipes are errors. Stops with -1 when the
 * visitor returns -1. */
typedef int tree_visit(void *ctx, const struct tree_entry *entry, struct error *err);
int tree_walk(const char *path, tree_visit *visit, void *ctx, struct error *err);

/* Adds all of it to a digest: relative names, kinds, modes, link targets and contents; neither
 * times nor owners. */
int tree_hash(struct hash *hash, const char *path, struct error *err);

#endif
