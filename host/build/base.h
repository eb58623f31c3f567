/* A base image as the engine knows it: inspected, after a pull where it is not there. */
#ifndef FACTORY_HOST_BUILD_BASE_H
#define FACTORY_HOST_BUILD_BASE_H

#include "common/loop.h"
#include "host/progress/report.h"
#include "host/engine/engine.h"

#include <stdbool.h>

struct base;

/* Who may bring an image that the engine lacks. False: nobody has it; else `brought` is called
 * once, from the loop, with the failure, which may be moved away, or NULL. */
typedef void base_brought(void *ctx, struct error *err);
struct base_source {
	bool (*bring)(void *source, struct engine *engine, const char *image, struct report *report,
		      base_brought *brought, void *ctx);
	void *source;
};

/* Begins to look; it goes on while the loop turns. What is not there is brought by the source, or
 * pulled where that (or NULL) has none; the report is told, and must live until then. */
struct base *base_find(struct engine *engine, const char *image, struct report *report,
		       const struct base_source *source);
/* One that is not known yet only where the loop does not turn any more. */
void base_free(struct base *base);

const char *base_image(const struct base *base);
bool base_is_known(const struct base *base); /* found, or not to be had */
bool base_is_lost(const struct base *base);  /* its source failed: another may have it */

/* Of one that is known: the engine's answer, the base's. NULL on failure, as often as it is asked.
 */
const struct value *base_inspected(const struct base *base, struct error *err);

/* All of that at once; blocks, turning the loop. The caller frees the base; NULL on failure. */
struct base *base_wait(struct loop *loop, struct engine *engine, const char *image,
		       struct report *report, struct error *err);

#endif
