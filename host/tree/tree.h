/* A directory's files in an order that is always the same. */
#ifndef FACTORY_HOST_TREE_TREE_H
#define FACTORY_HOST_TREE_TREE_H

#include "common/error.h"
#include "common/hash.h"

#include <sys/stat.h>

enum tree_kind { TREE_FILE, TREE_DIRECTORY, TREE_LINK };

struct tree_entry {
	enum tree_kind kind;
	const char *path;     /* to open it */
	const char *relative; /* below the root, "" for the root itself */
	const char *target;   /* of a link, else NULL */
	mode_t mode;          /* permission bits */
	const struct stat *info;
};

/* Visits path and, below a directory, everything in byte order of names, parents first. Links are
 * not followed, but for path itself. Sockets, devices and pipes are errors. Stops with -1 when the
 * visitor returns -1. */
typedef int tree_visit(void *ctx, const struct tree_entry *entry, struct error *err);
int tree_walk(const char *path, tree_visit *visit, void *ctx, struct error *err);

/* The same without what the directory's own .factoryignore leaves out (ignore.h). A directory that
 * is left out is visited where something below it is. */
int tree_walk_copied(const char *path, tree_visit *visit, void *ctx, struct error *err);

#endif
