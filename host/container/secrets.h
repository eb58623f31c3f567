/* The secrets of the step that runs: read on the host when it begins. */
#ifndef FACTORY_HOST_CONTAINER_SECRETS_H
#define FACTORY_HOST_CONTAINER_SECRETS_H

#include "common/buffer.h"
#include "host/manifest/manifest.h"

struct secret_values;

/* NULL without an error where the step has none; NULL with one where a secret is missing. */
struct secret_values *secret_values_new(const struct step *step, const char *staging,
					struct error *err);
void secret_values_free(struct secret_values *values); /* overwrites them */

/* Secret `i` of the step: its bytes, and for one that is a file its path in the target, else NULL.
 */
const struct buf *secret_values_get(const struct secret_values *values, size_t i);
const char *secret_values_path(const struct secret_values *values, size_t i);

#endif
