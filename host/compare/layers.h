/* An image as an engine saves it (https://docs.docker.com/reference/cli/docker/image/save/): an
 * archive of layers, each an archive again, and manifest.json, which tells their order. */
#ifndef FACTORY_HOST_COMPARE_LAYERS_H
#define FACTORY_HOST_COMPARE_LAYERS_H

#include "host/compare/tree.h"

/* Reads the first image of an archive that was opened, and stacks its layers to the tree that a
 * container would see. All of it is in the arena. */
int layers_read(struct archive *archive, struct arena *arena, struct tree *tree, struct error *err);

#endif
