/* A tar archive that lies somewhere in a file, entry by entry and byte by byte: for those who leave
 * some of it out and copy the rest as it is. */
#ifndef FACTORY_HOST_ENGINE_PODMAN_TAR_RANGE_H
#define FACTORY_HOST_ENGINE_PODMAN_TAR_RANGE_H

#include "common/error.h"

#include <sys/types.h>

struct tar_range {
	int fd;
	off_t at, end; /* the next entry; the end of the archive, or of the file */
};

struct tar_entry {
	off_t begin, data, next; /* with what stands before its header; its content; the next one */
	off_t size;
	char name[256]; /* without slashes around it; the begin of one that is longer */
	char link[101];
	char type; /* as in the header */
	unsigned mode, uid, gid;
};

/* 1: there was one; 0: the archive is at its end. */
int tar_next(struct tar_range *range, struct tar_entry *entry, struct error *err);

/* The range of the archive, or the file, that is an entry's content. 0: there is none of that name.
 */
int tar_find(struct tar_range range, const char *name, struct tar_range *found, struct error *err);

#endif
