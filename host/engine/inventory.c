#include "host/engine/inventory.h"

#include "host/engine/driver.h"
#include "host/exit_codes.h"

int engine_needs_inventory(const struct engine *engine, struct error *err)
{
	if (engine->driver->inventory)
		return 0;
	error_set(err, "the engine at %s can't tell what it holds, nor save images",
		  engine_endpoint(engine));
	return error_class(err, EXIT_ENGINE, ERROR_ENGINE_OTHER);
}

void engine_disk_usage(struct engine *engine, engine_done *done, void *ctx)
{
	engine->driver->inventory->disk_usage(engine, done, ctx);
}

void engine_image_list_all(struct engine *engine, engine_done *done, void *ctx)
{
	engine->driver->inventory->image_list_all(engine, done, ctx);
}

void engine_list_all(struct engine *engine, engine_done *done, void *ctx)
{
	engine->driver->inventory->list_all(engine, done, ctx);
}

void engine_remove_idle(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	engine->driver->inventory->remove_idle(engine, id, done, ctx);
}

void engine_volume_list(struct engine *engine, engine_done *done, void *ctx)
{
	engine->driver->inventory->volume_list(engine, done, ctx);
}

void engine_volume_remove(struct engine *engine, const char *name, engine_done *done, void *ctx)
{
	engine->driver->inventory->volume_remove(engine, name, done, ctx);
}

void engine_image_untag(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	engine->driver->inventory->image_untag(engine, ref, done, ctx);
}

void engine_changes(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	engine->driver->inventory->changes(engine, id, done, ctx);
}

bool engine_carries_images(const struct engine *engine)
{
	return engine->driver->inventory && engine->driver->inventory->image_load;
}

void engine_image_save(struct engine *engine, const char *const *refs,
		       int (*write)(void *ctx, const char *data, size_t len), engine_done *done,
		       void *ctx)
{
	engine->driver->inventory->image_save(engine, refs, write, done, ctx);
}

void engine_image_load(struct engine *engine, engine_read *read, engine_done *done, void *ctx)
{
	engine->driver->inventory->image_load(engine, read, done, ctx);
}

void engine_resume(struct engine *engine, const void *ctx)
{
	engine->driver->inventory->resume(engine, ctx);
}
