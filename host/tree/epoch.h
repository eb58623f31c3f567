/* SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/): the time that what
 * is built is given, instead of now. */
#ifndef FACTORY_HOST_TREE_EPOCH_H
#define FACTORY_HOST_TREE_EPOCH_H

#include "common/error.h"

#include <stdint.h>

/* The environment's, checked, or NULL where it has none. -1 where it is no number of seconds. */
int epoch_read(const char **epoch, struct error *err);

int64_t epoch_seconds(const char *epoch); /* of one that was checked */

#endif
