/* The toolbox: a scratch image with the agent (and what the user adds) at /tools, and the data
 * container that lends it to targets. */
#ifndef FACTORY_HOST_TOOLBOX_TOOLBOX_H
#define FACTORY_HOST_TOOLBOX_TOOLBOX_H

#include "common/error.h"
#include "host/engine/engine.h"

#include <stdbool.h>

struct toolbox_options {
	const char *name;        /* of the data container */
	const char *image;       /* its repository; NULL: factory/toolbox */
	const char *agent;       /* path; NULL: FACTORY_AGENT, else beside the factory program */
	const char *const *with; /* further static tools, NULL-terminated; or NULL */
};

enum toolbox_outcome { TOOLBOX_UP_TO_DATE, TOOLBOX_MADE, TOOLBOX_REPLACED };

/* Makes the toolbox, or replaces one whose agent or tools are others. Blocks. */
int toolbox_create(struct engine *engine, const struct toolbox_options *options,
		   enum toolbox_outcome *outcome, struct error *err);

/* Makes it only where the data container is missing; *made tells. Blocks. */
int toolbox_ensure(struct engine *engine, const struct toolbox_options *options, bool *made,
		   struct error *err);

/* The volume that a data container has at /tools: its name, which the caller frees; NULL on failure.
 * Blocks. */
char *toolbox_volume(struct engine *engine, const char *name, struct error *err);

enum toolbox_state { TOOLBOX_MISSING, TOOLBOX_CURRENT, TOOLBOX_OUTDATED };

/* Compares its agent with the one that would be put into a new one; changes nothing. Blocks. */
int toolbox_look(struct engine *engine, const struct toolbox_options *options,
		 enum toolbox_state *state, struct error *err);

#endif
