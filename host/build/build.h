/* One build: from a manifest to an image in an engine. */
#ifndef FACTORY_HOST_BUILD_BUILD_H
#define FACTORY_HOST_BUILD_BUILD_H

#include "common/consul.h"
#include "common/error.h"
#include "common/loop.h"
#include "host/progress/report.h"
#include "host/engine/engine.h"
#include "host/manifest/manifest.h"

#include <stdbool.h>

struct build_options {
	const char *repo, *tag; /* of the artifact; both NULL: an image without a name */
	const char *toolbox;    /* the data container's name */
	const struct value *kv; /* flat map over the manifest's, or NULL */
	const struct consul_target *consul; /* or NULL */
	bool no_cache;
	unsigned jobs; /* test branches at once, at least 1 */
	struct report *report;
	int signals; /* a signalfd: one signal on it interrupts the build; -1: none */
};

struct build_outcome {
	char *image; /* the artifact's id, owned by the caller */
	bool cached; /* nothing had to be run */
	int64_t size, added; /* the image's bytes, and how many more than its base's; -1: not known */
};

/* Builds. On failure the error has an exit code (exit_codes.h), no container is left, and no tag
 * was moved. Blocks, turning `loop`. */
int build_run(struct loop *loop, struct engine *engine, const struct manifest *manifest,
	      const struct build_options *options, struct build_outcome *outcome,
	      struct error *err);

/* The base image as the engine knows it: inspected, after a pull where it is not there. The answer
 * is in `kept`. */
int build_find_base(struct engine *engine, const char *image, struct report *report,
		    struct engine_kept *kept, struct error *err);

#endif
