/* A shell in a container of its own, made for it and gone with it. */
#ifndef FACTORY_HOST_INTERACTIVE_VISIT_H
#define FACTORY_HOST_INTERACTIVE_VISIT_H

#include "host/manifest/manifest.h"
#include "host/progress/report.h"
#include "host/site/site.h"

struct visit {
	struct site *site; /* where it is; the container has one of its slots */
	struct report *report;
	int signals;             /* of interrupt_open */
	const char *user;        /* NULL: that of steps */
	const char *const *argv; /* a program instead of the shell, NULL-terminated; or NULL */
};

/* A shell in a container of the manifest's image, as a step would find it: its environment, user,
 * directory, network and limits. Blocks until it ends, turning the loop. Returns the shell's exit
 * code, or -1. */
int visit_state(struct visit *visit, const struct manifest *manifest, struct error *err);

/* The same in an image, which is pulled where it is not there. */
int visit_image(struct visit *visit, const char *image, struct error *err);

#endif
