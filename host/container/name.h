/* Names of a build's containers: "factory-HOST-PID-RANDOM". They tell whose a container is when the
 * engine's answer to its creation was lost, or when its driver was killed. */
#ifndef FACTORY_HOST_CONTAINER_NAME_H
#define FACTORY_HOST_CONTAINER_NAME_H

#include "host/engine/engine.h"

/* A new one, the caller's. */
char *container_name_new(void);

/* Removes what drivers of this machine left that have ended: a container that was never started is
 * not removed by the engine, and one that has run may stay where the engine failed to. Goes on in
 * the loop's turns, by itself; what fails is left for the next build. */
void container_names_sweep(struct engine *engine);

#endif
