/* How many containers may work at once, over all builds of a call. */
#ifndef FACTORY_HOST_BUILD_SLOTS_H
#define FACTORY_HOST_BUILD_SLOTS_H

#include <stdbool.h>

struct slots {
	unsigned most, taken;
	void (*freed)(void *ctx); /* a slot was given back: those that wait may take it; or NULL */
	void *ctx;
};

bool slots_are_free(const struct slots *slots);
bool slots_take(struct slots *slots); /* false: none is free */
void slots_give(struct slots *slots);

#endif
