/* What a build would do: its graph with all keys, and where in it an earlier build lets it begin.
 */
#ifndef FACTORY_HOST_BUILD_PLAN_H
#define FACTORY_HOST_BUILD_PLAN_H

#include "host/build/build.h"
#include "host/cache/resume.h"
#include "host/container/artifact.h"

struct plan {
	const struct manifest *manifest; /* with what is added to its artifact's labels */
	struct artifact *artifact;
	struct graph *graph;
	struct values *values;
	struct resume resume;
	struct uses *uses; /* of a build: what it may begin at is kept for it; or NULL */
	size_t limit;      /* no node from this one on may come from an earlier build */
	struct arena arena;
};

/* Reads files, for the keys; `base` is known (base.h), and where it begins. The manifest and the
 * options must outlive the plan. */
int plan_make(struct site *site, const struct base *base, const struct manifest *manifest,
	      const struct build_options *options, struct plan *plan, struct error *err);
void plan_free(struct plan *plan);

/* Asks the engine and Consul where it may begin; `whole`: only whether nothing is left to be run.
 * Blocks as build_attend does. */
int plan_search(struct site *site, struct plan *plan, bool whole, struct error *err);

/* Whether there is nothing to be run. */
bool plan_is_cached(const struct plan *plan);

#endif
