/* The files that a template includes, imports or extends: each is read once. */
#ifndef FACTORY_HOST_JINJA_LOADER_H
#define FACTORY_HOST_JINJA_LOADER_H

#include "host/jinja/tree.h"

struct loaded {
	struct loaded *next;
	const char *name;
	struct jinja_template *tmpl;
};

struct loader {
	struct arena *arena;
	struct jinja_options options;
	struct loaded *loaded;
	size_t count, bytes;
};

/* A template below the include path. `name` has no "..", is not absolute, and no symbolic link on
 * its way leaves the path. NULL on failure; *missing tells that there is no such file. */
struct jinja_template *loader_get(struct loader *loader, const char *name, bool *missing,
				  struct error *err);

/* Parses with a loader that exists. */
struct jinja_template *parse_template(struct loader *loader, const char *name, const char *text,
				      size_t len, struct error *err);

#endif
