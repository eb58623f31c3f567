/* factory's cache on this host (host/user_cache.h): what was fetched, asked and learned. All
 * of it is made anew where it is missing. */
#ifndef FACTORY_HOST_CLEAN_HOST_CACHE_H
#define FACTORY_HOST_CLEAN_HOST_CACHE_H

#include "common/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Removes the entries that nothing has read or written for `age` seconds, or only adds them up. */
int host_cache_clean(time_t age, bool dry_run, size_t *gone, int64_t *freed, struct error *err);

#endif
