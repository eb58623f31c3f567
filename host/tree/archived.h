/* Archives that are the same bytes each time: what both the toolbox and packed modules need of
 * libarchive. */
#ifndef FACTORY_HOST_TREE_ARCHIVED_H
#define FACTORY_HOST_TREE_ARCHIVED_H

#include "common/buffer.h"
#include "common/error.h"

#include <archive.h>
#include <sys/types.h>
#include <time.h>

struct archived {
	const char *path;
	unsigned type; /* AE_IFREG... */
	mode_t mode;
	time_t mtime;
	const struct buf *content; /* of a file, else NULL */
	const char *target;        /* of a link, else NULL */
};

/* Root's, whoever packs. */
int archived_add(struct archive *archive, const struct archived *entry, struct error *err);

/* For archive_write_open2: appends to the struct buf that is the context. */
ssize_t archived_write(struct archive *archive, void *ctx, const void *data, size_t len);

#endif
