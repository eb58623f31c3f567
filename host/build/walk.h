/* The walk's driver: gives the graph's nodes to containers, in order. The chain runs in one
 * container; each test in one of its own, made from the chain's end. */
#ifndef FACTORY_HOST_BUILD_WALK_H
#define FACTORY_HOST_BUILD_WALK_H

#include "common/loop.h"
#include "host/build/container.h"

struct walk_result {
	char *image;        /* what the chain's end was committed as; owned by the caller */
	uint64_t commit_us; /* how long that took */
};

/* Runs every node up to the commit, which makes an image without a name. -1 where any node failed
 * or a signal came; all containers have ended then, and the image that tests ran on is removed. */
int walk_run(struct loop *loop, const struct container_setup *setup, const struct graph *graph,
	     unsigned jobs, int signals, struct walk_result *result, struct error *err);

#endif
