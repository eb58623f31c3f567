/* Takes an image away that nothing is to be named after. */
#ifndef FACTORY_HOST_WALK_DISCARD_H
#define FACTORY_HOST_WALK_DISCARD_H

#include "common/loop.h"
#include "host/engine/engine.h"

/* Its containers have ended, but the engine may take a moment to remove them: it waits. */
int discard_image(struct loop *loop, struct engine *engine, const char *image, struct error *err);

#endif
