/* The walk's driver: gives the graph's nodes to containers, in order. The chain runs in one
 * container; each test in one of its own, made from the chain's end. */
#ifndef FACTORY_HOST_BUILD_WALK_H
#define FACTORY_HOST_BUILD_WALK_H

#include "common/loop.h"
#include "host/build/checkpoint.h"
#include "host/build/container.h"
#include "host/build/resume.h"

struct walk_result {
	char *image;        /* what the chain's end was committed as; owned by the caller */
	uint64_t commit_us; /* how long that took */
};

/* Runs the nodes from where `resume` says up to the commit, which makes an image that is found by
 * the graph's image_key. States on the way are kept as `checkpoint` decides. -1 where any node
 * failed or a signal came; all containers have ended then. */
int walk_run(struct loop *loop, const struct container_setup *setup, const struct graph *graph,
	     const struct resume *resume, struct checkpoint *checkpoint, unsigned jobs, int signals,
	     struct walk_result *result, struct error *err);

#endif
