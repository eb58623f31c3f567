#include "host/clean/removal.h"

#include "host/cache/uses.h"
#include "host/engine/inventory.h"

#include <string.h>

static void untag(struct engine *engine, const struct stock_item *item, struct engine_kept *kept)
{
	engine_image_untag(engine, item->name, engine_keep, kept);
}

static void remove_container(struct engine *engine, const struct stock_item *item,
			     struct engine_kept *kept)
{
	engine_remove_idle(engine, item->name, engine_keep, kept);
}

static void remove_toolbox(struct engine *engine, const struct stock_item *item,
			   struct engine_kept *kept)
{
	if (item->image)
		untag(engine, item, kept);
	else
		remove_container(engine, item, kept);
}

static void remove_volume(struct engine *engine, const struct stock_item *item,
			  struct engine_kept *kept)
{
	engine_volume_remove(engine, item->name, engine_keep, kept);
}

static void remove_network(struct engine *engine, const struct stock_item *item,
			   struct engine_kept *kept)
{
	engine_network_remove(engine, item->detail, engine_keep, kept);
}

static int run(struct engine *engine, const struct stock_item *item, struct error *err)
{
	static void (*const removals[STOCK_KINDS])(
		struct engine * engine, const struct stock_item *item, struct engine_kept *kept) = {
		[STOCK_ARTIFACT] = untag,         [STOCK_CHECKPOINT] = untag,
		[STOCK_LEFTOVER] = untag,         [STOCK_TOOLBOX] = remove_toolbox,
		[STOCK_CACHE] = remove_volume,    [STOCK_CONTAINER] = remove_container,
		[STOCK_NETWORK] = remove_network,
	};
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	removals[item->kind](engine, item, &kept);
	if (engine_finish(engine, &kept, err) == 0)
		return 1;
	/* An engine refuses a network that is in use by 403, which says nothing more. */
	if (kept.status != ENGINE_CONFLICT && item->kind != STOCK_NETWORK)
		return error_wrap(err, "can't remove the %s %s", stock_kind_name(item->kind),
				  item->name);
	error_clear(err);
	return 0;
}

int removal_run(struct engine *engine, const struct stock_item *item, struct error *err)
{
	const char *endpoint = engine_endpoint(engine), *colon = strchr(item->name, ':');
	const char *name = item->kind == STOCK_CHECKPOINT && colon ? colon + 1 : item->name;
	if (item->is_running)
		return 0;
	if (item->kind != STOCK_CHECKPOINT && item->kind != STOCK_CACHE)
		return run(engine, item, err);
	struct use_lock *lock = uses_lock(endpoint, name);
	int status = !lock || uses_last(endpoint, name) > item->used ? 0 : run(engine, item, err);
	uses_release(lock, status == 1);
	return status;
}
