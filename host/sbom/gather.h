/* From an image in an engine to its SBOM. */
#ifndef FACTORY_HOST_SBOM_GATHER_H
#define FACTORY_HOST_SBOM_GATHER_H

#include "common/loop.h"
#include "host/engine/engine.h"
#include "host/progress/report.h"

struct gathering {
	struct loop *loop;
	struct engine *engine;
	const char *toolbox;
	struct report *report;
	int signals; /* a signalfd that interrupts, or -1 */
};

/* The agent looks into a container of the image, which is gone afterwards. In the arena; NULL with
 * the error. name: what the document calls it. */
struct value *sbom_gather(const struct gathering *gathering, const char *image, const char *name,
			  struct arena *arena, struct error *err);

/* Writes such a document to a file, as a whole or not at all; "-" is standard output. */
int sbom_write(const char *path, const struct value *document, struct error *err);

#endif
