/* What the files of one tree hashed to when they were last read, so that a file that has not
 * changed is not read again. The content decides: an entry counts only for a file with the same
 * name, inode, size, and times of change, and not where it may have been changed again in the same
 * moment. It is one file below $XDG_CACHE_HOME/factory (or ~/.cache/factory), which may be lost. */
#ifndef FACTORY_HOST_TREE_INDEX_H
#define FACTORY_HOST_TREE_INDEX_H

#include "common/error.h"
#include "common/hash.h"

#include <sys/stat.h>

struct index;

/* The index of the tree at `root`, which must be there. Never NULL: where nothing is known, or what
 * is there can't be read, it is empty. */
struct index *index_open(const char *root);

/* The digest of a file of the tree: `name` from the root, `info` from a stat just now. */
int index_digest(struct index *index, const char *path, const char *name, const struct stat *info,
		 char hex[HASH_HEX], struct error *err);

/* Keeps what was asked for, if any file had to be read, and releases the index. What can't be
 * written is not: the next build reads the files again. */
void index_close(struct index *index);

size_t index_read_files(const struct index *index); /* how many had to be read */

#endif
