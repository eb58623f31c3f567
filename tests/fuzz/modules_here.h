/* Modules of this machine only: a fuzzer has no business in the network. */
#ifndef FACTORY_TESTS_FUZZ_MODULES_HERE_H
#define FACTORY_TESTS_FUZZ_MODULES_HERE_H

#include "host/modules/source.h"

static int resolve_here(void *ctx, const struct module_source *source, const char *near,
			struct arena *arena, const char **directory, const char **digest,
			struct error *err)
{
	(void)ctx;
	(void)digest;
	if (source->kind == MODULE_GIT || source->kind == MODULE_TARBALL)
		return error_set(err, "%s is not here", source->text);
	return module_source_resolve(source, near, arena, directory, NULL, err);
}

static const struct manifest_modules modules_here = {.resolve = resolve_here};

#endif
