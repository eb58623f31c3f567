/* What is in a container's file system, as `agent tree list` tells (agent/tree/tree.h). */
#ifndef FACTORY_HOST_MERGE_LISTING_H
#define FACTORY_HOST_MERGE_LISTING_H

#include "common/buffer.h"
#include "common/error.h"

struct listed {
	const char *path;
	const char *state; /* begins with its kind's letter; equal ones are the same */
};

/* A zeroed one is empty. */
struct listing {
	struct buf text;
	struct listed *entries; /* by path, each once, after listing_read */
	size_t count;
};

enum { LISTING_MAX = 512 << 20 }; /* a container can't fill the host's memory */

/* Bytes as they come. */
int listing_add(struct listing *listing, const char *data, size_t len, struct error *err);
/* Reads what has come, all of it. */
int listing_read(struct listing *listing, struct error *err);
void listing_free(struct listing *listing);

#endif
