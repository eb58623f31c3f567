/* What is in a container's file system, as `agent tree list` tells (agent/tree/tree.h). */
#ifndef FACTORY_HOST_MERGE_LISTING_H
#define FACTORY_HOST_MERGE_LISTING_H

#include "common/buffer.h"
#include "common/error.h"

struct listed {
	const char *path;
	const char *state; /* begins with its kind's letter; equal ones are the same */
};

/* A zeroed one is empty; bytes are added to `text` as they come. */
struct listing {
	struct buf text;
	struct listed *entries; /* by path, after listing_read */
	size_t count;
};

/* Reads what has come, all of it. */
int listing_read(struct listing *listing, struct error *err);
void listing_free(struct listing *listing);

#endif
