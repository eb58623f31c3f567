/* A traceless build mounts the toolbox's volume by its name, for by volumes-from it can only be
 * mounted where the data container has it: at /tools, which would become a directory of the image.
 */
#include "common/memory.h"
#include "host/exit_codes.h"
#include "host/toolbox/toolbox.h"

#include <string.h>

static const char *find_volume(const struct value *inspected)
{
	const struct value *mounts = value_get(inspected, "Mounts");
	for (size_t i = 0; value_is(mounts, VALUE_LIST) && i < mounts->list.len; i++) {
		const struct value *mount = mounts->list.items[i];
		const char *target = value_text(value_get(mount, "Destination"));
		const char *volume = value_text(value_get(mount, "Name"));
		if (target && strcmp(target, "/tools") == 0 && volume && *volume)
			return volume;
	}
	return NULL;
}

char *toolbox_volume(struct engine *engine, const char *name, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	engine_inspect(engine, name, engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return NULL;
	const char *volume = find_volume(kept.body);
	if (volume)
		return mem_strdup(volume);
	error_set(err,
		  "a traceless build needs the name of the volume that the toolbox '%s' has at "
		  "/tools, and this engine (%s) tells none: leave `traceless` out",
		  name, engine_name(engine));
	error_class(err, EXIT_ENGINE, ERROR_ENGINE_UNABLE);
	return NULL;
}
