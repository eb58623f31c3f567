/* What may go, by its age, by the room it takes, or because whoever made it is gone. */
#ifndef FACTORY_HOST_CLEAN_GC_H
#define FACTORY_HOST_CLEAN_GC_H

#include "host/clean/stock.h"

#include <time.h>

struct gc_options {
	time_t unused;  /* seconds: checkpoints and cache volumes that were not used for so long; -1
			 */
	int64_t size;   /* bytes that checkpoints may have together; -1: any */
	time_t orphans; /* seconds for which a thing must have been there to count as left */
	bool dry_run;
	/* Told of each thing that went, or would go. */
	void (*tell)(void *ctx, const struct stock_item *item, int64_t freed);
	void *ctx;
};

struct gc_outcome {
	size_t gone, kept; /* kept: they are in use */
	int64_t freed;
};

/* Removes it, or only tells. The stock is changed: what has gone is counted as gone. */
int gc_run(struct engine *engine, struct stock *stock, const struct gc_options *options,
	   struct gc_outcome *outcome, struct error *err);

#endif
