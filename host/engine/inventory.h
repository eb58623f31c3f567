/* What an engine holds, and what becomes of it: for those who clean up, who look back, and who
 * carry images away. As in engine.h, every operation ends on the loop. */
#ifndef FACTORY_HOST_ENGINE_INVENTORY_H
#define FACTORY_HOST_ENGINE_INVENTORY_H

#include "host/engine/engine.h"

/* Whether the engine's driver can do these: -1 with an error that says so. None of them may be
 * called otherwise. */
int engine_needs_inventory(const struct engine *engine, struct error *err);

/* Sizes: {"Images": [{"Id", "SharedSize", ...}], "Volumes": [{"Name", "UsageData"}], ...}. The
 * engine measures, which may take a while. */
void engine_disk_usage(struct engine *engine, engine_done *done, void *ctx);

/* All images, those too that are only steps of others: [{"Id", "ParentId", "RepoTags", "Labels",
 * "Created", "Size"}]. */
void engine_image_list_all(struct engine *engine, engine_done *done, void *ctx);

/* All containers, whether they run or not. */
void engine_list_all(struct engine *engine, engine_done *done, void *ctx);

/* With its anonymous volumes; refused (ENGINE_CONFLICT) while it runs. One that is gone is
 * ENGINE_OK.
 */
void engine_remove_idle(struct engine *engine, const char *id, engine_done *done, void *ctx);

/* {"Volumes": [{"Name", "Labels", "CreatedAt"}]}. */
void engine_volume_list(struct engine *engine, engine_done *done, void *ctx);
/* Refused while a container has it. One that is gone is ENGINE_OK. */
void engine_volume_remove(struct engine *engine, const char *name, engine_done *done, void *ctx);

/* Takes a name away, and the image with its last one; refused (ENGINE_CONFLICT) while a container
 * needs it. */
void engine_image_untag(struct engine *engine, const char *ref, engine_done *done, void *ctx);

/* How a container's file system differs from its image's, by the engine: a list of {"Path", "Kind":
 * 0 changed, 1 added, 2 deleted}; NULL where it does not. */
void engine_changes(struct engine *engine, const char *id, engine_done *done, void *ctx);

/* Whether images can be carried out and in at another engine's pace: engine_image_save waits where
 * `write` does, and there are engine_image_load and engine_resume. */
bool engine_carries_images(const struct engine *engine);

/* Images as an archive of the engine's (https://docs.docker.com/reference/cli/docker/image/save/),
 * piece by piece to `write`, which returns 0, -1 to end it, or ENGINE_WAIT where it can take
 * nothing now, and may start no operation. refs: NULL-terminated. */
void engine_image_save(struct engine *engine, const char *const *refs,
		       int (*write)(void *ctx, const char *data, size_t len), engine_done *done,
		       void *ctx);

/* Takes images out of such an archive. `read` gives it piece by piece: how many bytes it has put
 * into the room, 0 at the end, -1 to abandon it, or ENGINE_WAIT where there are none yet; it may
 * start no operation. The result's id is the name of what was loaded, or its id. */
typedef long engine_read(void *ctx, char *into, size_t room);
void engine_image_load(struct engine *engine, engine_read *read, engine_done *done, void *ctx);

/* Goes on with a save or a load (by its ctx) that waits; not from within their callbacks. */
enum { ENGINE_WAIT = -2 };
void engine_resume(struct engine *engine, const void *ctx);

#endif
