/* What a manifest's last build depended on, so that `factory why` can tell what has changed since;
 * what a commit took, for the decision on checkpoints; and what all of it took, for where it runs.
 * One file for each manifest and cell, below builds/ in factory's cache; it may be lost. Its lines
 * are JSON: {"version", "manifest", "commit_us", "took_us"}, then {"id", "key", "inputs": {NAME:
 * DIGEST}} for each node. No value is in it, only beginnings of digests. */
#ifndef FACTORY_HOST_CACHE_RECORD_H
#define FACTORY_HOST_CACHE_RECORD_H

#include "host/graph/graph.h"

#include <stdint.h>

struct record;

/* Never NULL: where there was no build, it is empty. */
struct record *record_open(const struct manifest *manifest);

bool record_is_empty(const struct record *record);
uint64_t record_commit_us(const struct record *record); /* 0: none was measured */
uint64_t record_took_us(const struct record *record);   /* the work of the last one; likewise */

/* The key of the image that the last build was for, or NULL. */
const char *record_image_key(struct record *record);

/* How a node differs from what it was. Visits the names of its inputs that are other, new or gone;
 * returns whether the record knows the node. One that has got another number is found by its
 * command. */
typedef void record_visit(void *ctx, const char *name);
bool record_compare(struct record *record, const struct node *node, record_visit *visit, void *ctx);

void record_free(struct record *record);

/* The same, but puts this build in its place first; took_us 0: as before. What can't be written is
 * not. */
void record_close(struct record *record, const struct graph *graph, uint64_t commit_us,
		  uint64_t took_us);

#endif
