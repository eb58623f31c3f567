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
	bool no_cache, throwaway, push;
	bool locked; /* --locked */
	unsigned jobs;
};

/* Makes the report, reads --kv, catches signals, opens the engine of the settings. */
int workshop_open(struct workshop *shop, struct error *err);

/* Releases all of it. Secrets do not stand in the error that comes out. Returns `status`. */
int workshop_close(struct workshop *shop, int status, struct error *err);

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

/* --consul, else CONSUL_HTTP_ADDR, else the manifest's; *found is false where there is none. */
int workshop_consul(const struct workshop *shop, const struct manifest *manifest,
		    struct consul_target *consul, bool *found, struct error *err);

/* Refuses a `from` that leads in a circle, or too far. */
int workshop_refuse_circle(const struct manifest *manifest, const struct chain *chain,
			   struct error *err);

/* Reads a manifest as it is under a lock; what it stands on is not built. */
struct locking;
struct manifest *workshop_read(struct workshop *shop, const char *path, struct locking *locking,
			       struct error *err);

/* What the values of these names (a map) come to now, in all cells of the manifest. */
int workshop_values(struct workshop *shop, struct locking *locking, const struct manifest *manifest,
		    const struct value *names, struct error *err);

/* Pushes an image by one of its names. */
int workshop_push(struct workshop *shop, const char *repo, const char *tag, struct error *err);

/* Builds all cells of a manifest, one after the other, and prints a summary where there are
 * several. Prints the images' ids. Returns the exit code: that of the first cell that failed and
 * may not; -1 with the error where the manifest is one build alone, or was interrupted. */
int workshop_cells(struct workshop *shop, const struct manifest *manifest, struct error *err);

#endif
