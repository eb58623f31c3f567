/* What the files of one tree hashed to when they were last read, so that a file that has not
 * changed is not read again. The content decides: an entry counts only for a file with the same
 * name, inode, size, and times of change, and not where it may have been changed again in the same
 * moment. It is one file below $XDG_CACHE_HOME/factory (or ~/.cache/factory), which may be lost. */
#ifndef FACTORY_HOST_TREE_FILE_INDEX_H
#define FACTORY_HOST_TREE_FILE_INDEX_H

#include "common/error.h"
#include "common/hash.h"

#include <sys/stat.h>

struct file_index;

/* The index of the tree at `root`, which must be there. Never NULL: where nothing is known, or what
 * is there can't be read, it is empty. */
struct file_index *file_index_open(const char *root);

/* The digest of a file of the tree: `name` from the root, `info` from a stat just now. */
int file_index_digest(struct file_index *index, const char *path, const char *name,
		      const struct stat *info, char hex[HASH_HEX], struct error *err);

/* Keeps what was asked for, if any file had to be read, and releases the index. What can't be
 * written is not: the next build reads the files again. */
void file_index_close(struct file_index *index);

size_t file_index_read_files(const struct file_index *index); /* how many had to be read */

#endif
