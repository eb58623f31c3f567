/* Facts of an image or a container: gathered in a container of its own that is gone afterwards. */
#ifndef FACTORY_HOST_BUILD_PROBE_H
#define FACTORY_HOST_BUILD_PROBE_H

#include "common/loop.h"
#include "host/progress/report.h"
#include "host/engine/engine.h"

struct probe {
	struct loop *loop;
	struct engine *engine;
	const char *toolbox;
	struct report *report;
	int signals;                 /* a signalfd that interrupts, or -1 */
	const char *const *patterns; /* of the facts that are wanted, NULL-terminated; NULL: all */
};

/* The tree of facts of an image, else of a container of that name (its file system as it is
 * now; its network, while it runs), else of an image that can be pulled; in `arena`. `host` and the
 * image's name and id are added (`container.image`). NULL on failure. */
struct value *probe_target(struct probe *probe, const char *name, struct arena *arena,
			   struct error *err);

/* Facts of an image with a cache by its digest, in the shape manifest.h wants; ctx is the probe. */
struct value *probe_manifest_facts(void *ctx, const char *image, struct arena *arena,
				   struct error *err);
struct value *probe_manifest_host(void *ctx, struct arena *arena);

#endif
