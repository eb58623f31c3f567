#include "host/fleet/identity.h"

#include "host/engine/driver.h"

#include <string.h>

/* The host's name and the directory of its data tell engines apart that were made alike: Docker's
 * ID is the same where a machine was copied, or where two engines share their configuration;
 * Podman makes up another one each time it is asked. */
int fleet_identity(struct engine *engine, char hex[HASH_HEX], struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	engine_info(engine, engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return -1;
	bool has_id = strcmp(engine_name(engine), "docker") == 0;
	struct hash *hash = hash_new();
	hash_add_text(hash, has_id ? value_text(value_get(kept.body, "ID")) : NULL);
	hash_add_text(hash, value_text(value_get(kept.body, "Name")));
	hash_add_text(hash, value_text(value_get(kept.body, "DockerRootDir")));
	hash_finish(hash, hex);
	return 0;
}
