/* Files of variables, as Compose reads them (https://docs.docker.com/compose/how-tos/
 * environment-variables/variable-interpolation/#env-file-syntax). */
#ifndef FACTORY_HOST_COMPOSE_DOTENV_H
#define FACTORY_HOST_COMPOSE_DOTENV_H

#include "host/compose/interpolate.h"

enum dotenv_format {
	DOTENV_COMPOSE, /* with quotes, comments and variables */
	DOTENV_RAW,     /* a value is all that stands behind the sign */
};

/* Adds its variables to a map; those without a value only where `variables` have them. -1 with a
 * problem that has its place in the file. */
int dotenv_read(struct reader *reader, const struct compose_variables *variables, const char *path,
		const char *text, enum dotenv_format format, struct value *map);

#endif
