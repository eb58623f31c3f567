/* Carries images from an engine into a file. */
#ifndef FACTORY_HOST_EXPORT_EXPORT_H
#define FACTORY_HOST_EXPORT_EXPORT_H

#include "host/engine/engine.h"

/* names: NULL-terminated, of images in the engine. path: "-" is standard output. format: "oci", or
 * "docker" (NULL too). On failure there is no file, or the old one. */
int export_images(struct engine *engine, const char *const *names, const char *path,
		  const char *format, struct error *err);

#endif
