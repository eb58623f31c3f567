/* What all builds of one call share: each base image is looked at once, and the toolbox. */
#ifndef FACTORY_HOST_SITE_SITE_H
#define FACTORY_HOST_SITE_SITE_H

#include "host/build/base.h"
#include "host/site/slots.h"

struct fleet_lot;

struct site {
	struct loop *loop;
	struct engine *engine;
	const char *toolbox;              /* the data container's name */
	struct slots slots;               /* of containers */
	struct fleet_lot *lot;            /* the same among other drivers' (host/fleet/), or NULL */
	const struct base_source *source; /* of images that the engine lacks, or NULL */
	bool has_toolbox;
	char *toolbox_volume; /* what holds its tools, once site_toolbox_volume has found it */
	bool has_swept;       /* networks that drivers before this one left (host/services/) */
	struct base **bases;
	size_t base_count;
	size_t doubted; /* so many of them are not believed where they failed */
};

/* A base image, looked for when it is first asked for; the site's. Never blocks. */
const struct base *site_base(struct site *site, const char *image, struct report *report);

/* Those that could not be had are looked for again when they are asked for. */
void site_doubt_failures(struct site *site);

/* Makes the toolbox where there is none, and clears away what a killed driver left. Blocks. */
int site_toolbox(struct site *site, struct report *report, struct error *err);

/* The name of its volume, for containers that are to mount it elsewhere than it does; the site's.
 * NULL on failure. Blocks. */
const char *site_toolbox_volume(struct site *site, struct error *err);

/* Releases the bases; loop and engine are the caller's, and the loop must not turn any more. */
void site_clear(struct site *site);

#endif
