/* Takes one thing of the stock away. */
#ifndef FACTORY_HOST_CLEAN_REMOVAL_H
#define FACTORY_HOST_CLEAN_REMOVAL_H

#include "host/clean/stock.h"

/* 1: it is gone; 0: something needs it, or has used it since the stock was read: it stays; -1 with
 * the error. Never waits for a build. */
int removal_run(struct engine *engine, const struct stock_item *item, struct error *err);

#endif
