/* What all builds of one call share: each base image is looked at once, and the toolbox. */
#ifndef FACTORY_HOST_BUILD_SITE_H
#define FACTORY_HOST_BUILD_SITE_H

#include "common/loop.h"
#include "host/progress/report.h"
#include "host/build/slots.h"
#include "host/engine/engine.h"

struct site {
	struct loop *loop;
	struct engine *engine;
	const char *toolbox; /* the data container's name */
	struct slots slots;  /* of containers */
	bool has_toolbox;
	struct site_base *bases;
};

/* The base image as the engine knows it, pulled where it is not there; the site's. NULL on failure.
 * Blocks. */
const struct value *site_base(struct site *site, const char *image, struct report *report,
			      struct error *err);

/* Makes the toolbox where there is none. Blocks. */
int site_toolbox(struct site *site, struct report *report, struct error *err);

/* Releases what was looked at; loop and engine are the caller's. */
void site_clear(struct site *site);

#endif
