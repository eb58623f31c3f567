/* Times in documents that are to be the same whenever they are made. */
#ifndef FACTORY_HOST_MOMENT_H
#define FACTORY_HOST_MOMENT_H

#include "common/arena.h"

#include <stdbool.h>
#include <time.h>

bool moment_given(void);      /* is SOURCE_DATE_EPOCH set? */
time_t moment_of_epoch(void); /* what it says */

/* "2026-01-02T03:04:05Z" */
const char *moment_text(struct arena *arena, time_t when);

#endif
