/* Where a module is looked for by its name. */
#ifndef FACTORY_HOST_MODULES_LOOKUP_H
#define FACTORY_HOST_MODULES_LOOKUP_H

#include "common/value.h"

#include <stdbool.h>

/* Letters, digits, '-', '_' and '.', at most 100, and no '.' first: what may be a file's name. */
bool module_is_name(const char *text);

/* The directory that holds installed modules: modules/ beside factory's config.yml. */
const char *module_installed(struct arena *arena);

/* The directories that hold modules, in the order they are searched: a list of texts. `near`: the
 * manifest's directory. */
struct value *module_search_path(const char *near, struct arena *arena);

struct module_found {
	const char *name, *directory;
};

/* All modules on that path, in its order, then by name; of those with the same name the first.
 * Returns their number. */
size_t module_lookup_all(const char *near, struct arena *arena, struct module_found **found);

#endif
