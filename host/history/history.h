/* How an image came to be, from what the image itself tells. */
#ifndef FACTORY_HOST_HISTORY_HISTORY_H
#define FACTORY_HOST_HISTORY_HISTORY_H

#include "common/arena.h"
#include "host/engine/engine.h"

/* Its layers, the oldest first, in the arena: [{"created", "created_by", "size", "image",
 * "steps"}]; "steps" (build/trail.h) is null where factory did not make the layer. NULL with the
 * error. */
struct value *history_read(struct engine *engine, const char *image, struct arena *arena,
			   struct error *err);

#endif
