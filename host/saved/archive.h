/* What is common to all who read an archive as engines save images
 * (https://github.com/moby/docker-image-spec): how it is opened, and what its links mean. */
#ifndef FACTORY_HOST_SAVED_ARCHIVE_H
#define FACTORY_HOST_SAVED_ARCHIVE_H

#include "common/buffer.h"

#include <archive.h>

/* One that takes the kinds that engines make, plain or by gzip; to be opened, read and freed. Never
 * NULL. */
struct archive *saved_archive(void);

/* A file that stands in it twice is once a link: of "abc/layer.tar" the link "../def/layer.tar"
 * means "def/layer.tar". `file` becomes that. */
void saved_follow(struct buf *file, const char *link);

#endif
