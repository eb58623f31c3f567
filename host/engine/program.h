/* Programs that drivers run. */
#ifndef FACTORY_HOST_ENGINE_PROGRAM_H
#define FACTORY_HOST_ENGINE_PROGRAM_H

#include <stdbool.h>

bool program_is_installed(const char *name); /* in PATH */

#endif
