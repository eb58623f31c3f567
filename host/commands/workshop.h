/* What `factory build` needs while it runs, and the builds it makes of one manifest: those of the
 * manifests it stands on, and the cells of its matrix. */
#ifndef FACTORY_HOST_COMMANDS_WORKSHOP_H
#define FACTORY_HOST_COMMANDS_WORKSHOP_H

#include "host/build/build.h"
#include "host/commands/settings.h"

struct workshop {
	const struct settings *settings;
	struct arena arena;
	struct loop *loop;
	struct engine *engine;
	struct report *report;
	int signals;
	const char *repo, *tag; /* of -t; NULL: the manifest's */
	const struct value *kv; /* of --kv */
	bool no_cache, push;
	unsigned jobs;
};

/* The manifests that are being built, each for the one before it. */
struct chain {
	const struct chain *outer;
	const char *path, *real;
};

/* Reads a manifest and builds what it stands on: manifest->image is there afterwards. NULL on
 * failure. `chain`: those that need it, NULL for the first. */
struct manifest *workshop_manifest(struct workshop *shop, const char *path,
				   const struct chain *chain, struct error *err);

/* Builds one manifest or cell under the names it gets. */
int workshop_build(struct workshop *shop, const struct manifest *manifest, const char *suffix,
		   struct build_outcome *outcome, struct error *err);

/* Pushes an image by one of its names. */
int workshop_push(struct workshop *shop, const char *repo, const char *tag, struct error *err);

/* Builds all cells of a manifest, one after the other, and prints a summary where there are
 * several. Prints the images' ids. Returns the exit code: that of the first cell that failed and
 * may not; -1 with the error where the manifest is one build alone, or was interrupted. */
int workshop_cells(struct workshop *shop, const struct manifest *manifest, struct error *err);

#endif
