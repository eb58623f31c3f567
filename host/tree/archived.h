/* What all rooms need of libarchive, and archives that are the same bytes each time. It does not
 * look whether there was memory for an entry of its own: archives are read by
 * archive_read_next_header2 into one of ours. */
#ifndef FACTORY_HOST_TREE_ARCHIVED_H
#define FACTORY_HOST_TREE_ARCHIVED_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/own.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/types.h>
#include <time.h>

OWNED_BY(struct archive, archive_free)
#define auto_archive __attribute__((cleanup(own_archive_free)))
OWNED_BY(struct archive_entry, archive_entry_free)
#define auto_entry __attribute__((cleanup(own_archive_entry_free)))

/* Why the last call failed, for a message. */
const char *archived_reason(struct archive *archive);

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
