/* The indices of modules that a command looks into: --index, else FACTORY_INDEX, else those of the
 * configuration file. */
#ifndef FACTORY_HOST_COMMANDS_INDICES_H
#define FACTORY_HOST_COMMANDS_INDICES_H

#include "host/commands/settings.h"
#include "host/modules/index.h"

/* --index, for commands whose struct begins with settings. */
extern const struct option indices_options[];

/* Reads all of them; none at all is an error. */
int indices_read(struct settings *settings, struct index *index, struct error *err);

#endif
