/* The two ways of fetching, each in a file of its own. */
#ifndef FACTORY_HOST_MODULES_FETCH_PARTS_H
#define FACTORY_HOST_MODULES_FETCH_PARTS_H

#include "host/modules/source.h"

/* Each fills an empty directory; `into` is that, or a directory below it. */
int fetch_git(const struct module_source *source, const char *commit, const char *scratch,
	      struct arena *arena, const char **into, struct error *err);
int fetch_tarball(const struct module_source *source, const char *scratch, struct arena *arena,
		  const char **into, struct error *err);

#endif
