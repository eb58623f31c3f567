/* A manifest under the lock beside it: what its names stand for by the lock, and how things are
 * now. */
#ifndef FACTORY_HOST_COMMANDS_LOCKING_H
#define FACTORY_HOST_COMMANDS_LOCKING_H

#include "host/container/values.h"
#include "host/engine/engine.h"
#include "host/lock/lock.h"
#include "host/manifest/manifest.h"
#include "host/modules/source.h"
#include "host/progress/report.h"

enum locking_mode {
	LOCKING_OBEY,   /* where the lock has a name, that is what it stands for */
	LOCKING_INSIST, /* and where it does not, nothing is built */
	LOCKING_RENEW,  /* the lock is being written: everything is as it is now */
};

struct locking {
	enum locking_mode mode;
	struct loop *loop;
	struct engine *engine;
	struct report *report;
	struct lock lock; /* as it was read; empty where there is none */
	bool there;
	const struct lock_section *before; /* the manifest's; NULL: it was not locked */
	struct lock_section now;           /* in the lock's arena */
	const char *directory;             /* of the manifest */
	const struct manifest_facts *inner;
	struct manifest_facts facts;     /* of the images that the lock names */
	struct manifest_modules modules; /* the commits that it names */
	struct module_progress progress;
};

/* Reads the lock beside a manifest. `facts` is whom the locking's own ask. Where the mode insists,
 * a missing lock is an error. */
int locking_open(struct locking *locking, const char *manifest, const struct manifest_facts *facts,
		 struct error *err);
void locking_close(struct locking *locking);

/* Puts what the lock names in place of each cell's base image, but where it is built first. */
int locking_images(struct locking *locking, struct manifest *manifest, struct error *err);

/* The item's name of a value that was read, in the arena; and the want it stands for. */
const char *locking_value_name(const struct value *read, struct arena *arena);
const struct value *locking_want(const char *name, struct arena *arena);

/* Whether its templates may read values. */
bool locking_renders(const struct manifest *manifest);

/* What the values of the items in `names` (a map) come to now, in all cells. `values` has an
 * answerer for each cell. */
int locking_values(struct locking *locking, struct values *const *values, size_t count,
		   const struct value *names, struct error *err);

/* How things differ from the lock: lines behind a head, where the mode insists; else notices. */
void locking_check(struct locking *locking, const struct manifest *manifest, struct buf *drift);

#endif
