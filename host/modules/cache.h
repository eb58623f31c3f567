/* What was fetched, below ~/.cache/factory/modules: whole or not at all, by a name that stands for
 * its content. */
#ifndef FACTORY_HOST_MODULES_CACHE_H
#define FACTORY_HOST_MODULES_CACHE_H

#include "common/arena.h"
#include "common/error.h"

/* The directory of that name, in the arena; NULL where there is none. */
const char *module_cache_find(const char *name, struct arena *arena);

/* A new directory to fetch into, in the arena: the caller keeps it or removes it. One that a
 * process left which is no longer there is removed on the way. */
const char *module_cache_begin(struct arena *arena, struct error *err);

/* Makes a directory below (or equal to) one of module_cache_begin's the one of that name, by a
 * rename. Where another process was faster, its one stays. */
const char *module_cache_keep(const char *made, const char *name, struct arena *arena,
			      struct error *err);

#endif
