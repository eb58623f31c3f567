/* The indices of modules that a command looks into: --index, else FACTORY_INDEX, else those of the
 * configuration file. */
#ifndef FACTORY_HOST_COMMANDS_INDICES_H
#define FACTORY_HOST_COMMANDS_INDICES_H

#include "host/commands/settings.h"
#include "host/modules/index.h"

struct indices {
	struct settings *settings;
	struct value *given; /* of --index; NULL: none */
};

/* The option's line; `indices` must stay where it is. */
struct option_line indices_line(struct indices *indices);

/* Reads all of them; none at all is an error. */
int indices_read(const struct indices *indices, struct index *index, struct error *err);

#endif
