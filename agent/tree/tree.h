/* A container's own file system as a tree that can be compared with another's, and parts of it that
 * move there. What is mounted into the container, and what marks it as one, is no part of it. */
#ifndef FACTORY_AGENT_TREE_TREE_H
#define FACTORY_AGENT_TREE_TREE_H

#include "common/error.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

/* Writes "PATH\0STATE\0" for each entry. Entries with equal states are the same; a state begins
 * with the kind's letter, as find's -type has it. On an overlay what was not touched since the
 * layer was made has its old change time; elsewhere contents are digested. */
int tree_list(FILE *out, struct error *err);

/* What precedes an entry in a stream of them: both ends are one program. Behind it: the path, a
 * link's target, the extended attributes as "NAME\0LENGTH VALUE", a file's bytes. */
struct tree_record {
	uint32_t kind; /* S_IFMT of its mode; 0: there is none at this path */
	uint32_t mode, uid, gid;
	uint32_t path, target, attributes; /* lengths */
	uint32_t linked; /* target is the path of a file of the stream that this is a name of */
	uint64_t device, size;
	int64_t seconds, nanoseconds; /* of the last change of its content */
};
enum { TREE_TEXT_MAX = 1 << 20 }; /* a longer path, target or list of attributes is refused */

/* Writes the entries whose paths ("PATH\0"...) come. */
int tree_pack(FILE *names, FILE *out, struct error *err);

/* Puts those that come in their places below root ("": that of all): what is there is replaced, but
 * for directories. Whatever comes, nothing is changed outside of root, or where something is
 * mounted. */
int tree_unpack(FILE *in, const char *root, struct error *err);

/* The extended attributes of a path (of a link itself), as a record has them; none where there is
 * no such thing. */
struct buf;
int tree_attributes(const char *path, struct buf *out, struct error *err);

#endif
