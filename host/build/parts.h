/* What the files that make up a build share: build.c has it up to its walk, finish.c what comes of
 * that. */
#ifndef FACTORY_HOST_BUILD_PARTS_H
#define FACTORY_HOST_BUILD_PARTS_H

#include "host/build/build.h"
#include "host/build/plan.h"
#include "host/cache/record.h"
#include "host/cache/uses.h"
#include "host/container/caches.h"
#include "host/container/container.h"
#include "host/site/rivals.h"
#include "host/walk/walk.h"

struct build {
	struct site *site;
	const struct manifest *manifest;
	const struct build_options *options;
	struct manifest untested; /* the same without its tests, where that was asked for */
	struct plan plan;
	struct record *record; /* NULL: it came to no plan, or is not the manifest's own */
	struct checkpoint checkpoint;
	struct caches *caches; /* or NULL */
	struct container_setup setup;
	const struct base *base;
	enum { AT_BASE, AT_CLAIM, AT_WALK, AT_END } at; /* what it waits for */
	struct walk *walk;                              /* at the walk, else NULL */
	struct rivals rivals;
	bool is_told; /* that it waits */
	enum build_left left;
	struct uses *uses;
	uint64_t began_us, took_us; /* of the walk; 0: it did not end well */
	struct buf trail;           /* of what is cached */
	uint32_t timer;             /* until it is tried again; 0: now */
	struct error failure;
};

/* finish.c. The node whose key is the image's. */
const struct node *build_commit(const struct build *build);

#endif
