/* A module of an index, made one of those that manifests find by name. */
#ifndef FACTORY_HOST_MODULES_INSTALL_H
#define FACTORY_HOST_MODULES_INSTALL_H

#include "host/modules/index.h"

/* Fetches it, makes sure that it is what the index says (digest, name, version), and puts it at
 * DIRECTORY/NAME, all of it or nothing. One that is there already is an error, unless `replace`.
 * The path is in the arena; NULL on failure. */
const char *module_install(const struct index_module *module, const char *directory, bool replace,
			   struct arena *arena, struct error *err);

#endif
