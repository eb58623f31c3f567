/* What `factory build` writes into files when all images are built. */
#ifndef FACTORY_HOST_COMMANDS_RESULTS_H
#define FACTORY_HOST_COMMANDS_RESULTS_H

#include "host/commands/workshop.h"

struct results {
	/* Paths, and the archive's format; or NULL. */
	const char *archive, *format, *sbom, *provenance, *junit;
};

/* Refuses what can't be written, before anything is built. */
int results_check(const struct workshop *shop, const struct results *results, struct error *err);

/* Writes them. All images that were asked for are in one archive, under all their names. */
int results_write(struct workshop *shop, const struct results *results, struct error *err);

#endif
