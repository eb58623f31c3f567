/* How many containers may work at once, over all builds of a call; and where an endpoint is shared
 * with other drivers, over theirs. */
#ifndef FACTORY_HOST_SITE_SLOTS_H
#define FACTORY_HOST_SITE_SLOTS_H

#include "common/error.h"

#include <stdbool.h>

/* Who lends slots that others use too (host/fleet/). */
struct slots_lender {
	/* False: none can be had now; `freed` is called when one can. */
	bool (*take)(void *lender);
	/* One is not needed any more. Those that wait are offered it first, behind that is `rest`.
	 */
	void (*give)(void *lender);
	void (*rest)(void *lender);
	/* Why there will be none: NULL while there may. */
	const struct error *(*failure)(void *lender);
};

struct slots {
	unsigned most, taken;     /* by this call */
	unsigned total;           /* that the endpoint has, for whoever shares them */
	void (*freed)(void *ctx); /* a slot can be had: those that wait may take it; or NULL */
	void *ctx;
	const struct slots_lender *lender; /* or NULL */
	void *lender_ctx;
};

bool slots_are_free(const struct slots *slots); /* as far as this call takes them */
bool slots_take(struct slots *slots);           /* false: none is free */
void slots_give(struct slots *slots);

/* Whether it is in vain to wait for one: -1 with the error. */
int slots_check(const struct slots *slots, struct error *err);

#endif
