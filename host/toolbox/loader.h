/* Whether a program brings all it needs: a target may have no C library. */
#ifndef FACTORY_HOST_TOOLBOX_LOADER_H
#define FACTORY_HOST_TOOLBOX_LOADER_H

#include <stdbool.h>

/* True for a 64-bit ELF program that names an interpreter (elf(5), PT_INTERP): it is not static.
 * False for anything else, what can't be read too. */
bool loader_is_needed(const char *path);

#endif
