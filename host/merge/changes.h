/* How one container's files differ from another's, and whether two such differences can both be
 * had. Pure. */
#ifndef FACTORY_HOST_MERGE_CHANGES_H
#define FACTORY_HOST_MERGE_CHANGES_H

#include "host/merge/listing.h"

#include <stdbool.h>

struct change {
	const char *path;
	const char *before, *after; /* states; NULL: there is none */
};

struct changes {
	struct change *items; /* by path; their texts are the listings' */
	size_t count;
};

/* Both listings were read. changes_free releases the result. */
struct changes changes_between(const struct listing *before, const struct listing *after);
void changes_free(struct changes *changes);

/* The first path that both change to different things, or that one changes below a directory that
 * the other removes; NULL: there is none. That both change a file is a conflict whatever is in it;
 * that both remove something, or make the same directory or link, is none. */
const char *changes_conflict(const struct changes *left, const struct changes *right);

/* The paths, as `agent tree pack` wants them. */
void changes_paths(const struct changes *changes, struct buf *out);

#endif
