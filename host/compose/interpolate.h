/* Variables in a compose file's values (https://docs.docker.com/reference/compose-file/
 * interpolation/). */
#ifndef FACTORY_HOST_COMPOSE_INTERPOLATE_H
#define FACTORY_HOST_COMPOSE_INTERPOLATE_H

#include "host/manifest/reader.h"

/* Where they come from: factory's environment, then `file`, then `more`; maps of strings, or NULL.
 */
struct compose_variables {
	const struct value *file; /* of the file .env */
	const struct value *more; /* of the file that is being read, so far */
};

/* NULL: it is not set. */
const char *compose_variable(const struct compose_variables *variables, const char *name);

/* $NAME, ${NAME}, with :-DEFAULT, -DEFAULT, :?MESSAGE, ?MESSAGE, :+OTHER, +OTHER; $$ is a dollar.
 * Appends the text with all of them replaced; -1 with a problem at this place. */
int compose_expand(struct reader *reader, const struct compose_variables *variables,
		   struct position at, const char *text, struct buf *out);

/* The same tree with all texts replaced, in the manifest's arena; NULL with problems. */
struct value *compose_interpolate(struct reader *reader, const struct compose_variables *variables,
				  const struct value *from);

#endif
