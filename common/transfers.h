/* libcurl's transfers as watches and timers of a loop; loop.c alone uses this. */
#ifndef FACTORY_COMMON_TRANSFERS_H
#define FACTORY_COMMON_TRANSFERS_H

#include "common/loop.h"

struct transfers;

struct transfers *transfers_new(struct loop *loop, struct error *err); /* NULL on failure */
void transfers_free(struct transfers *transfers);

int transfers_add(struct transfers *transfers, void *easy, loop_finished *finished, void *ctx,
		  struct error *err);
void transfers_remove(struct transfers *transfers, void *easy);

/* Reports the transfers that have ended meanwhile. */
void transfers_collect(struct transfers *transfers);

#endif
