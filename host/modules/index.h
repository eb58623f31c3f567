/* Lists of modules that can be installed: plain YAML files, here or elsewhere. */
#ifndef FACTORY_HOST_MODULES_INDEX_H
#define FACTORY_HOST_MODULES_INDEX_H

#include "host/modules/source.h"

struct index_module {
	const char *name, *version, *description; /* description: "" where it has none */
	struct module_source source;              /* MODULE_GIT or MODULE_TARBALL */
	const char *digest;                       /* of git: module_digest; else NULL */
	size_t number;                            /* in the order they were read */
};

struct index {
	struct index_module
		*modules; /* by name, then the newest first; of equals, as they were read */
	size_t count, cap;
};

/* Adds the modules of one index: a URL (http, https, file) or a path. Everything is in the arena.
 * Errors have its lines. */
int index_read(struct index *index, const char *location, struct arena *arena, struct error *err);
int index_parse(struct index *index, const char *location, const char *text, size_t len,
		struct arena *arena, struct error *err);

/* The one of that name and version (NULL: the newest); NULL with an error that tells what there is.
 */
const struct index_module *index_find(const struct index *index, const char *name,
				      const char *version, struct error *err);

/* Numbers by their value, everything else by its bytes; "1.0" is before "1.0.1", and a version with
 * a "-" behind it ("1.0-rc1") before the one without. */
int index_compare_versions(const char *a, const char *b);

#endif
