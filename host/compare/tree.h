/* An image's file system as a list: what `verify` and `diff` compare. Of a file's content there is
 * only the digest, so that images of any size fit. */
#ifndef FACTORY_HOST_COMPARE_TREE_H
#define FACTORY_HOST_COMPARE_TREE_H

#include "common/arena.h"
#include "common/error.h"
#include "common/hash.h"

#include <archive.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct tree_file {
	const char *path; /* "etc/passwd": no slash in front of it or behind */
	mode_t type;      /* S_IFREG...; 0: a hard link whose target is in another layer */
	mode_t mode;      /* the permissions */
	int64_t uid, gid, size, mtime;
	const char *target;        /* of a link, else NULL */
	dev_t device;              /* of a device, else 0 */
	char digest[HASH_HEX];     /* of a file's content, else "" */
	char attributes[HASH_HEX]; /* of all extended ones, else "" */
	size_t order;              /* where it stood */
};

/* Sorted by path, bytewise, each path once. */
struct tree {
	struct tree_file *files;
	size_t count, cap;
};

/* Adds what a tar stream has, a layer's or a whole file system's: of a path that comes twice the
 * last one counts, and a hard link is what it leads to. All of it is in the arena. */
int tree_read(struct archive *archive, struct arena *arena, struct tree *tree, struct error *err);

/* Lays a layer over it: what the layer's whiteouts name goes (https://github.com/opencontainers/
 * image-spec/blob/main/layer.md). */
void tree_stack(struct tree *tree, const struct tree *layer, struct arena *arena);

const struct tree_file *tree_find(const struct tree *tree, const char *path, size_t len);

#endif
