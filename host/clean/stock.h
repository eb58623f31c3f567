/* What factory has on an engine: everything that carries a sign of ours, and nothing else. */
#ifndef FACTORY_HOST_CLEAN_STOCK_H
#define FACTORY_HOST_CLEAN_STOCK_H

#include "common/arena.h"
#include "host/engine/engine.h"

#include <stdbool.h>
#include <time.h>

enum stock_kind {
	STOCK_ARTIFACT, /* a name of an image that a build made, by its label or a checkpoint's tag
			 */
	STOCK_CHECKPOINT, /* factory-cache:KEY */
	STOCK_LEFTOVER,   /* an image of a build's that has lost its names to a newer one */
	STOCK_TOOLBOX,    /* an image or a data container with the agent, by label */
	STOCK_CACHE,      /* a volume for a manifest's cache directory, by label */
	STOCK_CONTAINER,  /* of a build: the agent is its command */
	STOCK_NETWORK,    /* of a test's services, by label */
	STOCK_KINDS,
};
const char *stock_kind_name(enum stock_kind kind); /* "artifact" */

/* An image of ours or of anybody's: what would be freed by removing one depends on the others. */
struct stock_image {
	const char *id, *parent;
	int64_t size, added; /* all of it; what it adds to its parent */
	time_t created;
	unsigned checkpoints, names; /* of its names: those of factory's cache, all */
	bool is_ours;                /* by a label */
	bool is_used;                /* a container was made from it */
};

struct stock_item {
	enum stock_kind kind;
	const char *name;     /* by which it is removed */
	const char *detail;   /* for people: a checkpoint's image, a volume's manifest...; or "" */
	time_t created, used; /* 0: unknown */
	int64_t size;         /* of images: what they add; -1: unknown */
	const struct stock_image *image; /* or NULL */
	bool is_running;
	bool is_orphan; /* its driver, or its manifest, is gone for certain */
};

struct stock {
	struct stock_item *items; /* by kind, then as the engine lists them */
	size_t count;
	struct stock_image *images;
	size_t image_count;
};

/* Reads it, into the arena. -1 where the engine can't tell. */
int stock_read(struct engine *engine, struct arena *arena, struct stock *stock, struct error *err);

/* The one of that name, without "factory-cache:" too, or by the begin of a key that only one has;
 * NULL with the error for what is none of ours. */
const struct stock_item *stock_find(const struct stock *stock, const char *name, struct error *err);

#endif
