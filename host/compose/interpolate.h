/* Variables of the environment in a compose file's values (https://docs.docker.com/reference/
 * compose-file/interpolation/). */
#ifndef FACTORY_HOST_COMPOSE_INTERPOLATE_H
#define FACTORY_HOST_COMPOSE_INTERPOLATE_H

#include "host/manifest/reader.h"

/* $NAME, ${NAME}, with :-DEFAULT, -DEFAULT, :?MESSAGE, ?MESSAGE, :+OTHER, +OTHER; $$ is a dollar.
 * The same tree with all texts replaced, in the manifest's arena; NULL with problems. */
struct value *compose_interpolate(struct reader *reader, const struct value *from);

#endif
