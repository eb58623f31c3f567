/* One build: from a manifest to an image in an engine. Several may run at once on one loop. */
#ifndef FACTORY_HOST_BUILD_BUILD_H
#define FACTORY_HOST_BUILD_BUILD_H

#include "common/consul.h"
#include "common/error.h"
#include "common/hash.h"
#include "host/engine/engine.h"
#include "host/manifest/manifest.h"
#include "host/progress/report.h"
#include "host/site/site.h"
#include "host/walk/guide.h"

#include <stdbool.h>

struct build_options {
	const char *repo, *tag; /* of the artifact; both NULL: an image without a name */
	const struct value *kv; /* flat map over the manifest's, or NULL */
	const struct consul_target *consul; /* or NULL */
	bool no_cache;
	const char *from_step; /* no node from this one on comes from an earlier build; or NULL */
	bool untested;         /* without the tests */
	bool throwaway; /* the image is removed again when it is made, and nothing is cached */
	bool lent;      /* a throwaway's image is left to the caller, who removes it (discard.h) */
	const struct fleet_lot *followed; /* it is begun here for another driver built it here */
	struct fleet_claim *claim;        /* of one that has left for here, which is taken */
	/* Whether another place than the site has the image of a key; or NULL. */
	bool (*is_elsewhere)(void *ctx, const struct site *site, const char *key);
	void *ctx;
	const struct guide *guide; /* who decides at nodes, or NULL */
	struct report *report;
};

struct build_outcome {
	char *image; /* the artifact's id, owned by the caller */
	bool cached; /* nothing had to be run */
	int64_t size,
		added; /* the image's bytes, and how many more than its base's; -1: not known */
	/* Nothing was built, and it is to be begun elsewhere. */
	enum build_left {
		BUILD_STAYED,
		BUILD_LEFT,    /* by build_leave */
		BUILD_FOLLOWS, /* another driver builds it, or has built it, at `where` */
		BUILD_IS_THERE /* as is_elsewhere said */
	} left;
	const struct fleet_lot *where; /* an endpoint of ours */
	struct fleet_claim *claim;     /* for the one that is begun then; or NULL */
	char key[HASH_HEX];            /* of the image */
};

struct build;

/* Begins a build, by a look at its base. The arguments must outlive the build. */
struct build *build_start(struct site *site, const struct manifest *manifest,
			  const struct build_options *options);

/* Goes on where something has come that it waited for: its base, or the end of another process that
 * builds the same. To be called until it returns false for all builds, before each turn of the
 * loop; never from within a callback, for it may block, turning the loop (others go on meanwhile).
 */
bool build_attend(struct build *build);

/* Starts what waits for one of the site's slots. */
void build_go_on(struct build *build);

/* Whether it has done nothing yet but wait for its first slot, and is as good off at another place:
 * nothing of it is cached here, and nobody watches it. */
bool build_may_leave(const struct build *build);

/* Ends one that may leave. Never from within a callback. */
void build_leave(struct build *build);

/* Whether it is about to want its first slot, as far as nothing holds it up. */
bool build_is_coming(const struct build *build);

/* Ends it with a failure. */
void build_interrupt(struct build *build, const char *why, int exit_code);

/* Whether there is nothing to wait for any more; to be asked after every turn of the loop. */
bool build_is_over(const struct build *build);

/* Names the image of a build that is over, and releases the build. On failure the error has an exit
 * code (exit_codes.h), no container is left, and no tag was moved. Blocks as build_attend does. */
int build_finish(struct build *build, struct build_outcome *outcome, struct error *err);

#endif
