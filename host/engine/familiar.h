/* Names of images as people give them. */
#ifndef FACTORY_HOST_ENGINE_FAMILIAR_H
#define FACTORY_HOST_ENGINE_FAMILIAR_H

/* What a name is without what stands before it where nothing else is said: Docker's registry, or
 * Podman's word for this machine. It points into the name. */
const char *familiar_name(const char *name);

#endif
