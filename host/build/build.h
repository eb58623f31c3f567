/* One build: from a manifest to an image in an engine. Several may run at once on one loop. */
#ifndef FACTORY_HOST_BUILD_BUILD_H
#define FACTORY_HOST_BUILD_BUILD_H

#include "common/consul.h"
#include "common/error.h"
#include "host/progress/report.h"
#include "host/build/site.h"
#include "host/engine/engine.h"
#include "host/manifest/manifest.h"

#include <stdbool.h>

struct build_options {
	const char *repo, *tag; /* of the artifact; both NULL: an image without a name */
	const struct value *kv; /* flat map over the manifest's, or NULL */
	const struct consul_target *consul; /* or NULL */
	bool no_cache;
	struct report *report;
};

struct build_outcome {
	char *image; /* the artifact's id, owned by the caller */
	bool cached; /* nothing had to be run */
	int64_t size, added; /* the image's bytes, and how many more than its base's; -1: not known */
};

struct build;

/* Prepares a build, and begins to run its nodes where it is not in the cache. Blocks for the
 * former, turning the loop: other builds go on meanwhile; never to be called from within a
 * callback. The arguments must outlive the build. */
struct build *build_start(struct site *site, const struct manifest *manifest,
			  const struct build_options *options);

/* Starts what waits for one of the site's slots. */
void build_go_on(struct build *build);

/* Goes on where it waits for another process that builds the same; to be asked after every turn of
 * the loop. Blocks as build_start does. */
void build_attend(struct build *build);

/* Ends it with a failure. */
void build_interrupt(struct build *build, const char *why, int exit_code);

/* Whether there is nothing to wait for any more; to be asked after every turn of the loop. */
bool build_is_over(const struct build *build);

/* Names the image of a build that is over, and releases the build. On failure the error has an exit
 * code (exit_codes.h), no container is left, and no tag was moved. Blocks as build_start does. */
int build_finish(struct build *build, struct build_outcome *outcome, struct error *err);

/* The base image as the engine knows it: inspected, after a pull where it is not there. The answer
 * is in `kept`. */
int build_find_base(struct engine *engine, const char *image, struct report *report,
		    struct engine_kept *kept, struct error *err);

#endif
