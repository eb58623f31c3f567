#include "host/engine/driver.h"

#include "common/memory.h"

#include <stdlib.h>

void engine_keep(void *ctx, const struct engine_result *result)
{
	struct engine_kept *kept = ctx;
	kept->ended = true;
	kept->status = result->status;
	kept->body = result->body ? value_copy(&kept->arena, result->body) : NULL;
	kept->id = result->id ? mem_strdup(result->id) : NULL;
	if (result->status != ENGINE_OK)
		error_move(&kept->error, result->error);
}

int engine_finish(struct engine *engine, struct engine_kept *kept, struct error *err)
{
	while (!kept->ended)
		if (loop_turn(engine->loop, -1, err) < 0)
			return -1;
	if (kept->status == ENGINE_OK || kept->status == ENGINE_NOT_FOUND)
		return 0;
	return error_move(err, &kept->error);
}

void engine_kept_free(struct engine_kept *kept)
{
	arena_free(&kept->arena);
	error_clear(&kept->error);
	free(kept->id);
	*kept = (struct engine_kept){0};
}
