/* The steps that made an image, in the comment of its commit: whoever has the image can tell them,
 * on another host too. A list of {"id", "label", "ms"} or {"id", "label", "cached": true} without
 * brackets; no secret is in it. With SOURCE_DATE_EPOCH set there is no "ms", so that the same build
 * writes the same. */
#ifndef FACTORY_HOST_CONTAINER_TRAIL_H
#define FACTORY_HOST_CONTAINER_TRAIL_H

#include "common/buffer.h"
#include "common/value.h"
#include "host/graph/graph.h"

#include <stdbool.h>
#include <stdint.h>

/* hidden: texts that are not to be shown (secrets.h), or NULL. */
void trail_add(struct buf *trail, const struct node *node, bool cached, uint64_t us,
	       const struct value *hidden);
/* All of another one. */
void trail_append(struct buf *trail, const struct buf *more);

#endif
