/* Sizes and ages, as people write and read them. */
#ifndef FACTORY_HOST_CLEAN_AMOUNTS_H
#define FACTORY_HOST_CLEAN_AMOUNTS_H

#include "common/arena.h"
#include "common/error.h"

#include <stdint.h>
#include <time.h>

/* "90s", "45m", "12h", "7d", "2w" in seconds. `option` is what an error calls it. */
int amount_age(const char *option, const char *text, time_t *seconds, struct error *err);

/* "500MB", "5GB", "1.5g", "4096": units of 1024, the B may be left out. */
int amount_size(const char *option, const char *text, int64_t *bytes, struct error *err);

/* "3 d", "5 min"; "-" where the time is not known (0). */
const char *amount_ago(time_t when, time_t now, struct arena *arena);

/* "1.4 MB"; "-" for what is not known (negative). */
const char *amount_bytes(int64_t bytes, struct arena *arena);

/* A time that was noted before now. One that lies more than a day ahead is not known (0): the clock
 * was set back since, or is another's. */
time_t amount_past(time_t when, time_t now);

/* A time as engines write it (RFC 3339, in UTC), or 0. */
time_t amount_time(const char *text);

#endif
