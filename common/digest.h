/* The digest by which driver and agent tell whether a value is still the same. */
#ifndef FACTORY_COMMON_DIGEST_H
#define FACTORY_COMMON_DIGEST_H

#include "common/hash.h"
#include "common/value.h"

/* SHA-256 of the value's compact JSON with sorted keys; "" for a missing value (NULL). */
void digest_value(const struct value *value, char hex[HASH_HEX]);

#endif
